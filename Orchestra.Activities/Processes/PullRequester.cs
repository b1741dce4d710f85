using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Processes;

/// <param name="RunId">Names the run's folder.</param>
/// <param name="Command">Run by the shell in the repository.</param>
/// <param name="Branch">What was pushed to; <paramref name="Target"/> is what was landed on.</param>
public sealed record PullRequest(
    string RunId, string ProjectId, string RepoPath, string Command, string Title, string Remote, string Branch, string Target, string Commit);

/// <summary>Runs the configured command that asks for a pull request.</summary>
public sealed class PullRequester
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private readonly RunEngine engine;

    internal PullRequester(RunEngine engine) => this.engine = engine;

    public Task<RunResult> RunAsync(PullRequest request, CancellationToken cancellationToken) => engine.RunAsync(
        new RunRequest(
            request.RunId, null, request.RepoPath, ["/bin/sh", "-c", request.Command], null,
            new Dictionary<string, string>
            {
                ["ORCHESTRA_PROJECT"] = request.ProjectId,
                ["ORCHESTRA_TITLE"] = request.Title,
                ["ORCHESTRA_REMOTE"] = request.Remote,
                ["ORCHESTRA_BRANCH"] = request.Branch,
                ["ORCHESTRA_TARGET"] = request.Target,
                ["ORCHESTRA_COMMIT"] = request.Commit,
            },
            Limit)
        {
            OwnsFolder = false,
        },
        _ => Task.CompletedTask, cancellationToken);
}
