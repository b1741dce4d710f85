using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git;

/// <summary>Takes a branch that somebody made into a project: what it is at now gets a session's branch, whatever happens to its own.</summary>
public sealed class BranchTaker(GitCli git, GitPlumbing plumbing)
{
    /// <exception cref="InputProblem">There is no such branch, or it has nothing to merge.</exception>
    public async Task<TakenBranch> LookAsync(string repoPath, string name, string baseCommit, CancellationToken cancellationToken)
    {
        string commit = await plumbing.ResolveAsync(repoPath, $"refs/heads/{name}^{{commit}}", cancellationToken)
            ?? throw new InputProblem("branches", $"{repoPath} has no branch '{name}'.");
        GitResult ancestor = await git.RunAsync(
            new GitCommand(repoPath, "merge-base", baseCommit, commit) { ExitCodes = [0, 1] }, cancellationToken);
        if (ancestor.ExitCode != 0)
            throw new InputProblem("branches", $"The branch '{name}' has no commit in common with what the project started from.");
        if (await plumbing.IsAncestorAsync(repoPath, commit, baseCommit, cancellationToken))
            throw new InputProblem("branches", $"The branch '{name}' has nothing that the project did not start from.", 409);
        return new TakenBranch(name, commit, await plumbing.ChangedPathsAsync(repoPath, ancestor.Line, commit, cancellationToken));
    }

    public Task TakeAsync(string repoPath, string commit, string sessionId, CancellationToken cancellationToken) =>
        plumbing.MoveRefAsync(repoPath, RefNames.TeamBranch(sessionId), null, commit, "agent-orchestra: taken into a project", cancellationToken);
}
