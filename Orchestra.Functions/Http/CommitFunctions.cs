using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary>
/// <c>GET /api/gm/projects/{id}/commits</c>: what the project has merged or landed, newest first, with parents for a graph; before it, what took the
/// landing back.
/// </summary>
public sealed class CommitFunctions(ProjectStore store, GitCli git)
{
    private const int Most = 200;

    [Function("ListProjectCommits")]
    [Api("What the project has merged or landed, and what took that back, newest first, with parents.")]
    public Task<IActionResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/gm/projects/{id}/commits")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        ProjectRecord project = (Ids.IsValid(id) ? await store.FindProjectAsync(id, cancellationToken) : null)
            ?? throw new InputProblem("id", $"There is no project '{id}'.", StatusCodes.Status404NotFound);
        string? head = project.LandedCommit ?? project.IntegrationCommit;
        if (head is null || project.BaseCommit is not { Length: > 0 } from)
            return Answers.Ok(new { Commits = Array.Empty<object>(), Truncated = false });
        try
        {
            List<CommitAnswer> commits = await LogAsync(project.RepoPath, head, from, [], cancellationToken);
            if (project.UnlandedCommit is { } undone)
            {
                // What others brought to the target since the landing is no part of it.
                List<CommitAnswer> undoing = await LogAsync(
                    project.RepoPath, undone, head, ["--fixed-strings", $"--grep=Orchestra-Project: {project.ProjectId}"], cancellationToken);
                commits = [.. undoing.Select(c => c with { Undoes = true }), .. commits];
            }

            return Answers.Ok(new { Commits = commits.Take(Most), Truncated = commits.Count > Most });
        }
        catch (GitException e)
        {
            throw new InputProblem("id", $"git cannot show the commits of project {id} in {project.RepoPath}: {e.Message}", StatusCodes.Status409Conflict);
        }
    });

    private async Task<List<CommitAnswer>> LogAsync(string repository, string head, string from, string[] which, CancellationToken cancellationToken)
    {
        GitResult log = await git.RunAsync(
            new GitCommand(
                repository,
                [
                    "log", "--topo-order", "--no-color", $"--max-count={Most + 1}", "--format=%H%x00%P%x00%aI%x00%an%x00%s", .. which,
                    GitNames.CommitId(head), "--not", GitNames.CommitId(from), "--",
                ]),
            cancellationToken);
        return [.. log.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read)];
    }

    private static CommitAnswer Read(string line)
    {
        string[] parts = line.Split('\0', 5);
        return new CommitAnswer(
            parts[0],
            parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries),
            DateTimeOffset.Parse(parts[2], CultureInfo.InvariantCulture).UtcDateTime,
            parts[3],
            parts[4]);
    }

    /// <param name="Undoes">It takes the landing back.</param>
    private sealed record CommitAnswer(string Id, IReadOnlyList<string> Parents, DateTime At, string Author, string Subject, bool Undoes = false);
}
