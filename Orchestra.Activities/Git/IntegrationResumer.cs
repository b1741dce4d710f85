using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Takes up a project's integration branch for a retry. It never moves the branch back.</summary>
public sealed class IntegrationResumer(GitPlumbing plumbing)
{
    /// <returns>
    /// The branch's head: the commit that was reached, or what has been committed on top of it since, by a person who mended it or by a
    /// run that died before it could say so. The gates judge it before anything is added.
    /// </returns>
    public async Task<string> ResumeAsync(ResumeIntegrationInput input, CancellationToken cancellationToken)
    {
        string branch = RefNames.Integration(GitNames.WorkId(input.ProjectId));
        string reached = GitNames.CommitId(input.Commit);
        string? head = await plumbing.ResolveAsync(input.RepoPath, branch, cancellationToken);
        if (head is null)
        {
            await plumbing.MoveRefAsync(input.RepoPath, branch, null, reached, "agent-orchestra: retry", cancellationToken);
            return reached;
        }

        return await plumbing.IsAncestorAsync(input.RepoPath, reached, head, cancellationToken)
            ? head
            : throw new InputProblem(
                "id", $"{GitNames.ShortBranch(branch)} is at {head}, which lacks the merges made so far; move it back with 'git branch -f {GitNames.ShortBranch(branch)} {reached}' and retry.");
    }
}
