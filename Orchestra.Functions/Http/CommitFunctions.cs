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

/// <summary><c>GET /api/gm/projects/{id}/commits</c>: what the project has merged or landed, newest first, with parents for a graph.</summary>
public sealed class CommitFunctions(ProjectStore store, GitCli git)
{
    private const int Most = 200;

    [Function("ListProjectCommits")]
    [Api("What the project has merged or landed, newest first, with parents.")]
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
            GitResult log = await git.RunAsync(
                new GitCommand(
                    project.RepoPath,
                    "log", "--topo-order", "--no-color", $"--max-count={Most + 1}", "--format=%H%x00%P%x00%aI%x00%an%x00%s",
                    GitNames.CommitId(head), "--not", GitNames.CommitId(from), "--"),
                cancellationToken);
            List<object> commits = [.. log.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read)];
            return Answers.Ok(new { Commits = commits.Take(Most), Truncated = commits.Count > Most });
        }
        catch (GitException e)
        {
            throw new InputProblem("id", $"git cannot show the commits of project {id} in {project.RepoPath}: {e.Message}", StatusCodes.Status409Conflict);
        }
    });

    private static object Read(string line)
    {
        string[] parts = line.Split('\0', 5);
        return new
        {
            Id = parts[0],
            Parents = parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries),
            At = DateTimeOffset.Parse(parts[2], CultureInfo.InvariantCulture).UtcDateTime,
            Author = parts[3],
            Subject = parts[4],
        };
    }
}
