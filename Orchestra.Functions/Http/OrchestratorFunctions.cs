using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Orchestra.Activities.Git;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Bookkeeping;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.Launching;
using Orchestra.Functions.OpenApi;
using Orchestra.Functions.Orchestrators;
using Orchestra.Functions.Upkeep;

namespace Orchestra.Functions.Http;

/// <summary>
/// The orchestrator: one round of a mode's agents, one after the other in one worktree, each told what the former ones found. A round is a session
/// like any other, so its output, costs and work are where those of sessions are.
/// </summary>
public sealed class OrchestratorFunctions(
    OrchestraConfig config, IConfiguration settings, Clients clients, RepositoryInspector inspector, ProjectStore store, OrchestratorStore rounds,
    UsageLedger ledger, LaunchRate rate, DataFolder data, StrandedSessions strandedSessions, TimeProvider time)
{
    private static readonly SemaphoreSlim OneAtATime = new(1);

    [Function("GetStatus")]
    [Api("Whether the orchestrator runs, sums, and where things are stored.")]
    public Task<IActionResult> Status(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/status")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () => Answers.Ok(new
        {
            Orchestrator = await OrchestratorAsync(cancellationToken),
            Stats = StatsViews.Stats(await ledger.ReadTotalAsync(cancellationToken)),
            OutputsDir = data.Outputs,
            DbPath = settings["ORCHESTRA_STORAGE"] == "azure" ? null : data.StateFile,
            Modes = OrchestratorModes.Names(config),
            Sandbox = new { config.Runs.Sandbox.Mode, clients.Sandbox.Obstacle },
        }));

    [Function("StartOrchestrator")]
    [Api("Starts one round of a mode's agents.", Query = ["mode", "client_mode", "repo_path"], Status = 202)]
    public Task<IActionResult> Start(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/orchestrator/start")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        string mode = ListQuery.Text(request, "mode") ?? Setting("ORCHESTRATOR_MODE") ?? OrchestratorModes.Standard;
        TeamConfig team = OrchestratorModes.Find(config, mode, out IReadOnlyList<string> skipped)
            ?? throw new InputProblem("mode", $"There is no mode '{mode}'. Known are: {string.Join(", ", OrchestratorModes.Names(config))}.");
        if (team.Teammates.Count == 0)
            throw new InputProblem("mode", $"All agents of mode '{mode}' are switched off: {string.Join(", ", skipped)} under agents in config/orchestra.yml.", StatusCodes.Status409Conflict);
        string? clientMode = ListQuery.OneOf(request, "client_mode", ClientModes.All);
        Repository repository = await inspector.InspectAsync(ListQuery.Text(request, "repo_path") ?? Directory.GetCurrentDirectory(), cancellationToken);

        await OneAtATime.WaitAsync(cancellationToken);
        try
        {
            OrchestratorRound? last = await rounds.FindAsync(cancellationToken);
            if (last is not null && await IsRunningAsync(last, client, cancellationToken))
                throw new InputProblem("mode", $"The orchestrator runs already, in mode {last.Mode}; stop it first or wait for its end.", StatusCodes.Status409Conflict);
            rate.Take(request.HttpContext);
            await StartAsync(client, mode, clientMode, team, repository, last, cancellationToken);
        }
        finally
        {
            OneAtATime.Release();
        }

        OrchestratorView view = await OrchestratorAsync(CancellationToken.None);
        request.HttpContext.Response.Headers.Location = $"/api/teams/{view.SessionId}";
        return Answers.Ok(
            new { Ok = true, view.Running, view.Pid, view.Mode, view.ClientMode, view.StartedAt, view.SessionId, Skipped = skipped }, StatusCodes.Status202Accepted);
    });

    [Function("StopOrchestrator")]
    [Api("Ends the round that runs; its work is kept.")]
    public Task<IActionResult> Stop(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/orchestrator/stop")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        OrchestratorView view = await OrchestratorAsync(cancellationToken);
        if (view.SessionId is null || await store.FindSessionAsync(view.SessionId, cancellationToken) is not { IsRunning: true } session)
            throw new InputProblem("orchestrator", "The orchestrator does not run.", StatusCodes.Status409Conflict);
        await SessionCancel.AskAsync(data, client, session, cancellationToken);
        await EndStrandedAsync(session, client, cancellationToken);
        return Answers.Ok(new { Ok = true, view.Running, view.Pid, view.Mode, view.ClientMode, view.StartedAt, view.SessionId });
    });

    private async Task StartAsync(
        DurableTaskClient client, string mode, string? clientMode, TeamConfig team, Repository repository, OrchestratorRound? last, CancellationToken cancellationToken)
    {
        // Files of results are named after the second of their round.
        DateTimeOffset now = time.GetUtcNow();
        if (last is not null && now < last.StartedAt.AddSeconds(1))
            now = last.StartedAt.AddSeconds(1);
        var asked = new LaunchAgent("mode", mode, $"One round of the mode {mode}: do your part and report what you found.", null, null, clientMode);
        AgentPlan agent = new ProjectPlanner(config, clients, time).PlanAgent(asked, team, now);
        var start = new AgentStart(null, repository.TopFolder, repository.HeadCommit, agent, repository.TargetBranch, mode);
        await client.ScheduleNewOrchestrationInstanceAsync(nameof(AgentOrchestrator), start, new StartOrchestrationOptions(agent.SessionId), cancellationToken);
        await rounds.SaveAsync(new OrchestratorRound(agent.SessionId, mode, clientMode ?? team.ClientMode ?? config.Client.DefaultMode, now.UtcDateTime), CancellationToken.None);
        await store.AddSessionAsync(new SessionRecord
        {
            SessionId = agent.SessionId,
            TeamName = mode,
            TaskDescription = agent.Task,
            Status = "pending",
            RepoPath = start.RepoPath,
            BaseCommit = start.BaseCommit,
            TargetBranch = start.TargetBranch,
            StartedAt = now.UtcDateTime,
            OrchestratorMode = mode,
        }, CancellationToken.None);
    }

    private async Task<bool> IsRunningAsync(OrchestratorRound round, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (await store.FindSessionAsync(round.SessionId, cancellationToken) is not { } session)
            return await client.GetInstanceAsync(round.SessionId, cancellationToken) is { IsCompleted: false };
        // A round whose orchestration has ended without it is in nobody's way.
        return session.IsRunning
            && (!await EndStrandedAsync(session, client, cancellationToken) || await store.FindSessionAsync(round.SessionId, cancellationToken) is { IsRunning: true });
    }

    private async Task<bool> EndStrandedAsync(SessionRecord session, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (await strandedSessions.FindAsync(client, session, cancellationToken) is not { } stranded)
            return false;
        await strandedSessions.EndAsync(client, stranded, cancellationToken);
        return true;
    }

    private async Task<OrchestratorView> OrchestratorAsync(CancellationToken cancellationToken)
    {
        OrchestratorRound? round = await rounds.FindAsync(cancellationToken);
        bool running = round is not null && await store.FindSessionAsync(round.SessionId, cancellationToken) is { IsRunning: true };
        return new OrchestratorView(
            running, running ? Environment.ProcessId : null, round?.Mode ?? Setting("ORCHESTRATOR_MODE") ?? OrchestratorModes.Standard,
            round?.ClientMode ?? config.Client.DefaultMode, round?.StartedAt, round?.SessionId);
    }

    private string? Setting(string name) => settings[name] is { Length: > 0 } value ? value : null;

    private sealed record OrchestratorView(bool Running, int? Pid, string Mode, string ClientMode, DateTime? StartedAt, string? SessionId);
}
