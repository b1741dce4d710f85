using Orchestra.Activities.Output;
using Orchestra.Activities.Sessions;
using Orchestra.Core.Bookkeeping;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Activities.State;

/// <summary>Counts sessions and projects when they end. Whatever ends once more is counted anew, not twice.</summary>
public sealed class Bookkeeper(UsageLedger ledger, ExecutionStore executions, ProjectStore store, OutputLog output, SessionOutput tails, ResultFiles files, OrchestraConfig config)
{
    /// <summary>Who resolves conflicts and mends failed gates.</summary>
    private const string FixAgent = "fix";

    public async Task BookAsync(SessionRecord session, CancellationToken cancellationToken)
    {
        if (session.CompletedAt is not { } at)
            return;
        CountedRun[] runs = [.. RunsOf(session, at)];
        await ledger.CountAsync(session.SessionId, new LedgerEntry(session.ProjectId is null ? at : null, runs), cancellationToken);
        if (session.ProjectId is not null)
            return;
        Tally sum = runs.Aggregate(new Tally(), (s, r) => s.Add(r));
        await executions.SaveAsync(
            new ExecutionRecord(
                session.SessionId, session.OrchestratorMode is null ? ExecutionKinds.Session : ExecutionKinds.Orchestrator, at, session.TeamName, config.Client.DefaultMode, sum.Runs, sum.Successes, sum.Failures,
                session.TaskDescription, session.Status, session.Usage, files.Write(session, AgentResult.Of(session, tails.Tail(session)))),
            cancellationToken);
    }

    public async Task BookAsync(ProjectRecord project, CancellationToken cancellationToken)
    {
        if (!Phases.IsFinal(project.Phase) || project.CompletedAt is not { } at)
            return;
        IReadOnlyList<SessionRecord> sessions = await store.ListSessionsAsync(project.ProjectId, cancellationToken);
        await ledger.CountAsync(project.ProjectId, new LedgerEntry(at, [.. Fixing(project, sessions, at)]), cancellationToken);
        await executions.SaveAsync(
            new ExecutionRecord(
                project.ProjectId, ExecutionKinds.Project, at, "gm", config.Client.DefaultMode, project.AgentCount, project.CompletedCount, project.FailedCount,
                project.ProjectName, project.Phase, project.Usage),
            cancellationToken);
    }

    private IEnumerable<CountedRun> RunsOf(SessionRecord session, DateTime at)
    {
        string mode = session.ClientMode ?? ClientModes.Command;
        if (session.Tasks.Count == 0)
            return [new CountedRun(session.TeamName, mode, session.Status, at, session.Usage, output.Length(OutputLog.RunsOf(session)))];
        return session.Tasks.Where(t => t.StartedAt is not null).Select(
            t => new CountedRun(t.Teammate, t.ClientMode ?? mode, t.Status, t.CompletedAt ?? at, t.Usage, output.Length([t.Id])));
    }

    // Sessions are counted by themselves; what the project used beyond them, its fixes did.
    private static IEnumerable<CountedRun> Fixing(ProjectRecord project, IReadOnlyList<SessionRecord> sessions, DateTime at)
    {
        if (project.Usage is not { } all)
            yield break;
        RunUsage counted = sessions.Aggregate((RunUsage?)null, (sum, s) => RunUsage.Sum(sum, s.Usage)) ?? new RunUsage(null, 0, 0, false);
        var rest = new RunUsage(
            (all.CostUsd ?? 0) - (counted.CostUsd ?? 0), all.InputTokens - counted.InputTokens, all.OutputTokens - counted.OutputTokens, all.Estimated && !counted.Estimated);
        if (rest.CostUsd > 0 || rest.InputTokens > 0 || rest.OutputTokens > 0)
            yield return new CountedRun(FixAgent, project.FixMode ?? ClientModes.Command, "completed", at, rest, 0, Runs: 0);
    }
}
