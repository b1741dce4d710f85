using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Pins what a project starts from.</summary>
public sealed class ProjectPreparer(RepositoryInspector inspector, GitPlumbing plumbing)
{
    public async Task<PreparedProject> PrepareAsync(PrepareProjectInput input, CancellationToken cancellationToken)
    {
        Repository repository = await inspector.InspectAsync(input.RepoPath, cancellationToken);
        string integration = RefNames.Integration(GitNames.WorkId(input.ProjectId));

        // The integration branch is the pin: an earlier run that got this far has decided the base, though the target may have moved since.
        string? pinned = await plumbing.ResolveAsync(repository.TopFolder, integration, cancellationToken);
        if (pinned is null)
        {
            await plumbing.MoveRefAsync(
                repository.TopFolder, integration, null, repository.HeadCommit, "agent-orchestra: base of the project", cancellationToken);
        }

        return new PreparedProject(repository.TopFolder, repository.TargetBranch, pinned ?? repository.HeadCommit);
    }
}
