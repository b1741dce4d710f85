using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestra.Activities.Agents.Admission;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;
using Orchestra.Functions.Orchestrators;
using Orchestra.Functions.Upkeep;

namespace Orchestra.Functions.Http;

/// <summary>
/// <c>POST /api/gm/projects/{id}/retry</c>: a new orchestration instance goes on from what the ended one had reached.
/// Not the runtime's rewind, which only undoes failures of activities and which not every client forwards.
/// </summary>
public sealed class RetryFunctions(
    ProjectStore store, DataFolder data, OrchestraConfig config, Clients clients, BranchTaker branches, Spendings spendings,
    StrandedProjects strandedProjects, TimeProvider time)
{
    [Function("RetryProject")]
    [Api("Goes on with an ended project from where it was.", Body = typeof(RetryBody), BodyOptional = true, Status = 202)]
    public Task<IActionResult> Retry(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/gm/projects/{id}/retry")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        JsonBody body = await JsonBody.ReadOptionalAsync(request, cancellationToken);
        RetryRequest changes = RetryRequest.Read(body, config);
        if (changes.FixCommand is { } fix) changes = changes with { FixCommand = clients.Secrets.Hide(fix) };
        return await NewInstance.AloneAsync(async () =>
        {
            ProjectRecord project = (Ids.IsValid(id) ? await store.FindProjectAsync(id, cancellationToken) : null)
                ?? throw new InputProblem("id", $"There is no project '{id}'.", StatusCodes.Status404NotFound);
            project = await EndedAsync(client, project, cancellationToken);
            await StartAsync(project, changes, new NewInstance(store, data, client), cancellationToken);
            request.HttpContext.Response.Headers.Location = $"/api/gm/projects/{id}";
            return Answers.Ok(new { Ok = true, ProjectId = id }, StatusCodes.Status202Accepted);
        }, cancellationToken);
    });

    /// <summary>A project whose orchestration has ended without it is failed first.</summary>
    private async Task<ProjectRecord> EndedAsync(DurableTaskClient client, ProjectRecord project, CancellationToken cancellationToken)
    {
        if (await strandedProjects.FindAsync(client, project, cancellationToken) is not { } stranded)
            return project;
        string id = project.ProjectId;
        IReadOnlyList<string> atWork = await strandedProjects.EndAsync(client, stranded, cancellationToken);
        if (atWork.Count > 0)
            throw NewInstance.Refusal($"The orchestration of project {id} is {stranded.State}, but agents of it still work: {string.Join(", ", atWork)}. Retry when they have ended, or cancel the project, which ends them.");
        await strandedProjects.WaitAsync(client, stranded, cancellationToken);
        ProjectRecord now = await store.FindProjectAsync(id, cancellationToken) ?? project;
        return Phases.IsFinal(now.Phase) ? now : throw NewInstance.Refusal($"Project {id} is being brought to its end, as its orchestration is {stranded.State}. Try again in a moment.");
    }

    private async Task StartAsync(ProjectRecord project, RetryRequest changes, NewInstance next, CancellationToken cancellationToken)
    {
        string id = project.ProjectId;
        if (project.Phase is not (Phases.Failed or Phases.Cancelled))
            throw NewInstance.Refusal($"Project {id} is {project.Phase}; only a failed or cancelled project can be retried.");
        // What a person merged or discarded since is not ours to merge any more.
        IReadOnlyList<SessionRecord> sessions = [.. (await store.ListSessionsAsync(id, cancellationToken)).Where(s => s.MergeResult is null)];
        bool addsWork = changes.Agents.Count > 0 || changes.Branches.Count > 0;
        if (project.TargetBranch is null || project.BaseCommit is null)
            throw NewInstance.Refusal($"Project {id} ended before its repository was made ready. Launch it again.");
        if (!addsWork && project.MergedCount == 0 && !sessions.Any(s => s.Status == "completed" && project.Merges.All(m => m.SessionId != s.SessionId)))
            throw NewInstance.Refusal($"There is nothing to merge in project {id}: no agent completed with a change that was not skipped. Add agents or branches, or launch it again.");
        await CheckAsync(changes.Budget, project, cancellationToken);
        DateTimeOffset now = time.GetUtcNow();
        List<AgentPlan> added = [.. changes.Agents.Select(a => new ProjectPlanner(config, clients, time).PlanAgent(a, config.Teams.Definitions[a.Team], now))];
        List<SessionRecord> taken = [];
        foreach (string name in changes.Branches)
            taken.Add(Session(project, await branches.LookAsync(project.RepoPath, name, project.BaseCommit, cancellationToken), now));
        ProjectPlan former = await next.PlanAsync(project, cancellationToken);
        ProjectPlan resumed = changes.Apply(former, config, clients, added, [.. taken.Select(s => Plan(s, former))]);
        ProjectRecord record = project with
        {
            Phase = Phases.Analyzing,
            BuildCommand = resumed.BuildCommand,
            TestCommand = resumed.TestCommand,
            CompletedAt = null,
            ErrorMessage = null,
            FailedPhase = null,
            InstanceId = $"{id}-retry-{project.Retries + 1}",
            Retries = project.Retries + 1,
            AgentCount = resumed.Agents.Count,
            Budget = resumed.Budget,
        };
        foreach (SessionRecord branch in taken)
        {
            await branches.TakeAsync(project.RepoPath, branch.HeadCommit!, branch.SessionId, cancellationToken);
            await store.AddSessionAsync(branch, cancellationToken);
        }

        IReadOnlyList<SessionHead> heads =
            [.. sessions.Concat(taken).Select(s => new SessionHead(s.SessionId, s.Status, s.WorktreePath, s.HeadCommit, s.FilesChanged, s.LeftOut))];
        await next.StartAsync(nameof(ProjectOrchestrator), resumed, project, record, heads, cancellationToken, added);
    }

    /// <summary>A budget that is used up already would end at once what is to go on.</summary>
    private async Task CheckAsync(Budget? budget, ProjectRecord project, CancellationToken cancellationToken)
    {
        if (budget is null) return;
        await spendings.LoadAsync(project.ProjectId, cancellationToken);
        SpentRun spent = spendings.Sum(project.ProjectId);
        spent = spent with { CostUsd = Math.Max(spent.CostUsd, project.Usage?.CostUsd ?? 0) };
        if (budget.ExceededBy(spent, "project", begins: true) is { } usedUp)
            throw new InputProblem(budget.MaxCostUsd <= spent.CostUsd ? "max_cost_usd" : "max_turns", $"{usedUp} What it has used counts; allow more than that.");
    }

    private static SessionRecord Session(ProjectRecord project, TakenBranch branch, DateTimeOffset now)
    {
        string id = Ids.New(now);
        return new SessionRecord
        {
            SessionId = id,
            ProjectId = project.ProjectId,
            TeamName = "branch",
            TaskDescription = $"Branch {branch.Name}",
            Status = "completed",
            RepoPath = project.RepoPath,
            BranchName = RefNames.TeamBranch(id)["refs/heads/".Length..],
            BaseCommit = project.BaseCommit,
            TargetBranch = project.TargetBranch,
            HeadCommit = branch.Commit,
            FilesChanged = branch.FilesChanged,
            StartedAt = now.UtcDateTime,
            CompletedAt = now.UtcDateTime,
        };
    }

    /// <summary>A place in the plan for a branch; nothing of it is ever run.</summary>
    private static AgentPlan Plan(SessionRecord branch, ProjectPlan plan) =>
        new(branch.SessionId, branch.TeamName, branch.TaskDescription, "", plan.Options.FixTeamCommand, plan.Options.FixTimeoutSeconds);
}
