using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestra.Activities.Git;
using Orchestra.Activities.Upkeep;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.Http;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Upkeep;

/// <summary>A leftover that nobody needs.</summary>
/// <param name="Reason">Why it is one.</param>
/// <param name="Obstacle">Why it is not cleaned; null when it can be, or was.</param>
internal sealed record Finding(string Kind, string Name, string? RepoPath, string? Path, string? Commit, string Reason, string? Obstacle);

/// <summary><c>GET /api/doctor</c> lists what crashes left behind, <c>POST /api/doctor/clean</c> takes away what is kept elsewhere.</summary>
public sealed class DoctorFunctions(ProjectStore store, LeftoverScan scan, LeftoverCleaner cleaner, StrandedProjects strandedProjects, StrandedSessions strandedSessions, TimeProvider time, ILogger<DoctorFunctions> logger)
{
    private const int Everything = 100_000;

    [Function("Doctor")]
    [Api("What was left behind and what is wrong.")]
    public Task<IActionResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/doctor")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        List<Finding> findings = [.. (await FindAsync(client, cancellationToken)).Select(f => f.Finding)];
        findings.AddRange(await StuckAsync(client, cancellationToken));
        return Answers.Ok(new { Findings = findings });
    });

    [Function("DoctorClean")]
    [Api("Cleans up what was left behind.")]
    public Task<IActionResult> Clean(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/doctor/clean")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        var cleaned = new List<Finding>();
        var left = new List<Finding>();
        foreach ((Leftover item, Finding finding) in await FindAsync(client, cancellationToken))
        {
            Finding outcome = finding.Obstacle is null ? await CleanAsync(item, finding, cancellationToken) : finding;
            (outcome.Obstacle is null ? cleaned : left).Add(outcome);
        }

        return Answers.Ok(new { Cleaned = cleaned, Left = left });
    });

    private async Task<Finding> CleanAsync(Leftover item, Finding finding, CancellationToken cancellationToken)
    {
        try
        {
            await cleaner.CleanAsync(item, time.GetUtcNow().UtcDateTime, cancellationToken);
            Log.LeftoverCleaned(logger, item.Kind, item.Name, finding.Reason);
            return finding;
        }
        catch (Exception e) when (e is GitException or IOException or UnauthorizedAccessException)
        {
            return finding with { Obstacle = e.Message };
        }
    }

    private async Task<IReadOnlyList<(Leftover Item, Finding Finding)>> FindAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        var owners = new Owners(store, client);
        var items = new List<Leftover>(await scan.FoldersAsync(cancellationToken));
        foreach (string repository in await store.ListRepositoriesAsync(cancellationToken))
            items.AddRange(await scan.RefsAsync(repository, cancellationToken));
        var found = new List<(Leftover, Finding)>();
        foreach (Leftover item in items)
        {
            string? reason = item.Kind == "removed" ? "its removal was cut short" : await owners.EndOfAsync(item.OwnerId, item.Kind, cancellationToken);
            if (reason is not null)
                found.Add((item, new Finding(item.Kind, item.Name, item.RepoPath, item.Path, item.Commit, reason, await cleaner.ObjectionAsync(item, cancellationToken))));
        }

        return found;
    }

    /// <summary>Projects and sessions that look alive while their orchestration is not: somebody terminated or purged it.</summary>
    private async Task<IReadOnlyList<Finding>> StuckAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        var stuck = new List<Finding>();
        foreach (ProjectRecord project in (await store.ListProjectsAsync(new ListRange(Everything), cancellationToken)).Items.Where(p => !Phases.IsFinal(p.Phase)))
        {
            if (await strandedProjects.FindAsync(client, project, cancellationToken) is not { } stranded)
                continue;
            stuck.Add(new Finding(
                "project", project.ProjectId, project.RepoPath, null, project.IntegrationCommit,
                $"it is {stranded.Project.Phase}, but its orchestration is {stranded.State}", "its work is on the branches of its sessions; retry it, or cancel it"));
        }

        foreach (StrandedSession stranded in await strandedSessions.ListAsync(client, cancellationToken))
        {
            SessionRecord session = stranded.Session;
            stuck.Add(new Finding(
                "session", session.SessionId, session.RepoPath, session.WorktreePath, session.HeadCommit,
                $"it is {session.Status}, but its orchestration is {stranded.State}", "its work is in its worktree and on its branch; cancel it, which keeps that"));
        }

        return stuck;
    }
}
