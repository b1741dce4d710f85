using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.Launching;
using Orchestra.Functions.OpenApi;
using Orchestra.Functions.Orchestrators;

namespace Orchestra.Functions.Http;

/// <summary><c>POST /api/teams/launch</c>: one agent on a branch of its own, merged or discarded by a person afterwards.</summary>
public sealed class TeamLaunchFunctions(
    OrchestraConfig config, Clients clients, RepositoryInspector inspector, ProjectStore store, LaunchGuard guard, DataFolder data, TimeProvider time)
{
    [Function("LaunchSession")]
    [Api("Starts one agent on a branch of its own.", Body = typeof(SessionBody), Status = 202)]
    public Task<IActionResult> Launch(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/teams/launch")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        JsonBody body = await JsonBody.ReadAsync(request, cancellationToken);
        LaunchAgent asked = Read(body);
        // Without a path: the repository that the host was started in.
        string path = body.OptionalText("repo_path", 4096) ?? Directory.GetCurrentDirectory();
        Repository repository = await inspector.InspectAsync(path, cancellationToken);
        AgentPlan planned = new ProjectPlanner(config, clients, time)
            .Plan(new LaunchRequest(asked.Team, repository.TopFolder, null, null, [asked], null), repository.TopFolder).Agents[0];

        // The orchestration first: once it is durable the session exists, whatever happens to us next.
        (_, AgentStart start, _) = await guard.StartAsync(
            request, client, nameof(AgentOrchestrator), body, planned.SessionId,
            id => new AgentStart(null, repository.TopFolder, repository.HeadCommit, planned with { SessionId = id }, repository.TargetBranch), cancellationToken);
        AgentPlan agent = start.Agent;
        string branch = GitNames.ShortBranch(RefNames.TeamBranch(agent.SessionId));
        string worktree = data.Worktree(agent.SessionId);
        await store.AddSessionAsync(new SessionRecord
        {
            SessionId = agent.SessionId,
            TeamName = agent.Team,
            TaskDescription = agent.Task,
            Status = "pending",
            RepoPath = start.RepoPath,
            BaseCommit = start.BaseCommit,
            TargetBranch = start.TargetBranch,
            StartedAt = time.GetUtcNow().UtcDateTime,
        }, CancellationToken.None);

        request.HttpContext.Response.Headers.Location = $"/api/teams/{agent.SessionId}";
        return Answers.Ok(
            new { Ok = true, agent.SessionId, DbId = agent.SessionId, BranchName = branch, WorktreePath = worktree }, StatusCodes.Status202Accepted);
    });

    private LaunchAgent Read(JsonBody body)
    {
        body.AllowOnly("team_name", "task_description", "repo_path", "command", "timeout_seconds", "client_mode", "max_cost_usd", "max_turns");
        LaunchAgent agent = LaunchAgent.Read(body, config, launchMode: null, "team_name", "task_description");
        return config.Teams.Enabled
            ? agent
            : throw new InputProblem("team_name", "Teams are switched off in config/orchestra.yml (teams.enabled).", StatusCodes.Status409Conflict);
    }
}
