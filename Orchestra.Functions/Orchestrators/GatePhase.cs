using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>building and testing the integration branch's head. Returns only when both pass; otherwise the pipeline ends.</summary>
internal sealed class GatePhase(ProjectRun run)
{
    /// <param name="mayDrop">Whether the person may leave out what was merged last.</param>
    /// <returns>False when the person leaves it out.</returns>
    public async Task<bool> VerifyAsync(bool mayDrop = false)
    {
        while (true)
        {
            (string Kind, string Decision, string Command, RunResult Result)? failure =
                await FailureAsync("build", DecisionTypes.BuildFailure, run.Plan.BuildCommand)
                ?? await FailureAsync("test", DecisionTypes.TestFailure, run.Plan.TestCommand);
            if (failure is not { } found)
                return true;
            if (!await FixAsync(found.Kind, found.Decision, found.Command, found.Result, mayDrop))
                return false;

            // A fix is a new commit, which must pass both gates from the start.
        }
    }

    public bool HasGates => !string.IsNullOrWhiteSpace(run.Plan.BuildCommand) || !string.IsNullOrWhiteSpace(run.Plan.TestCommand);

    /// <summary>Runs the gates on a candidate, which is dropped when one fails: nobody is asked to mend it.</summary>
    /// <returns>What failed, or null.</returns>
    public async Task<string?> ObjectionAsync(string commit)
    {
        return await BuildObjectionAsync(commit) ?? await ObjectionAsync("test", run.Plan.TestCommand, commit);
    }

    /// <summary>Whether a candidate builds; its tests may still be mended.</summary>
    public Task<string?> BuildObjectionAsync(string commit) => ObjectionAsync("build", run.Plan.BuildCommand, commit);

    private async Task<string?> ObjectionAsync(string kind, string? command, string commit)
    {
        if (string.IsNullOrWhiteSpace(command) || run.HasPassed(kind, commit))
            return null;
        RunResult result = await RunAsync(kind, command, commit);
        return result.Status == RunStatus.Completed ? null : $"the {kind} failed ({result.Error})";
    }

    private async Task<(string Kind, string Decision, string Command, RunResult Result)?> FailureAsync(string kind, string decision, string? command)
    {
        if (string.IsNullOrWhiteSpace(command) || run.HasPassed(kind, run.Head))
            return null;
        RunResult result = await RunAsync(kind, command, run.Head);
        return result.Status == RunStatus.Completed ? null : (kind, decision, command, result);
    }

    /// <summary>Runs a gate; a failure counts when it fails again, as not every failure has a cause in the commit.</summary>
    private async Task<RunResult> RunAsync(string kind, string command, string commit, bool mayRetry = true)
    {
        RunResult result = await RunOnceAsync(kind, command, commit, 1);
        for (int retry = 1; mayRetry && retry <= run.Plan.Options.GateRetries && MayBeChance(result); retry++)
            result = await RunOnceAsync(kind, command, commit, retry + 1);
        return result;
    }

    // A missing program stays missing, and another timeout costs as long again.
    private static bool MayBeChance(RunResult result) => result is { Status: RunStatus.Failed, ExitCode: not (null or 0 or 126 or 127) };

    private async Task<RunResult> RunOnceAsync(string kind, string command, string commit, int attempt)
    {
        PipelineOptions options = run.Plan.Options;
        run.Tell(EventNames.GateStarted(kind), new { Commit = commit, Attempt = attempt });
        await run.EnterAsync(kind == "build" ? Phases.Building : Phases.Testing);
        RunResult result = await run.RunOnceAsync(ActivityNames.RunGate, new GateInput(
            run.Plan.ProjectId, run.NextWorkId(kind), kind, run.Prepared.RepoPath, commit, command, options.GateTimeoutSeconds,
            options.ReusePasses, kind == "build" ? run.Plan.TestCommand : null, options.RequireTests, options.TestsRanPattern));
        run.ThrowIfCancelled();
        var record = new GateRecord(
            kind, commit, result.Status == RunStatus.Completed, result.ExitCode, result.OutputTail,
            (result.CompletedAt - result.StartedAt).TotalSeconds, attempt, result.Reused);
        await run.SaveAsync(run.Record with
        {
            Gates = [.. run.Record.Gates, record],
            BuildAttempts = run.Record.BuildAttempts + (kind == "build" ? 1 : 0),
            TestAttempts = run.Record.TestAttempts + (kind == "test" ? 1 : 0),
        });
        return result;
    }

    /// <summary>Asks, then lets fix agents try until one commit passes this gate or the attempts are used up, then asks again.</summary>
    /// <returns>False when the person leaves out what was merged last.</returns>
    private async Task<bool> FixAsync(string kind, string decision, string command, RunResult failure, bool mayDrop)
    {
        string? trouble = null;
        while (true)
        {
            DecisionAnswer answer = await run.DecideAsync(
                decision,
                $"The {kind} failed on {run.Head[..10]}: {failure.Error}.{(trouble is null ? "" : $" The last attempt to mend it was not accepted: {trouble}")}",
                $"Approve to let an agent mend it (at most {run.Plan.Options.MaxFixAttempts} attempts),{(mayDrop ? " answer 'skip' to leave out what was merged last (it is kept)," : "")} or reject to fail the pipeline.",
                new DecisionContext(
                    SessionId: mayDrop ? run.Record.CurrentMerge : null, Commit: run.Head, Command: command, ExitCode: failure.ExitCode, OutputTail: failure.OutputTail),
                mayDrop ? [DecisionAnswers.Approve, DecisionAnswers.Skip, DecisionAnswers.Reject] : null);
            if (answer.Action == DecisionAnswers.Skip)
                return false;
            if (answer.Action == DecisionAnswers.Reject)
                throw new PipelineEnd(Phases.Failed, $"The {kind} failed and the fix was rejected.");

            for (int attempt = 1; attempt <= run.Plan.Options.MaxFixAttempts; attempt++)
            {
                (trouble, bool isStopped) = await AttemptAsync(kind, command, failure, answer.Comment, attempt, trouble);
                if (isStopped)
                    break;
                if (trouble is not null)
                    continue;
                failure = await RunAsync(kind, command, run.Head, mayRetry: false);
                if (failure.Status == RunStatus.Completed)
                    return true;
            }
        }
    }

    /// <param name="trouble">Why the attempt before this one was not accepted.</param>
    /// <returns>Why this one was not accepted, null when there is a commit of it; and whether somebody stopped it.</returns>
    private async Task<(string? Trouble, bool IsStopped)> AttemptAsync(string kind, string command, RunResult failure, string? comment, int attempt, string? trouble)
    {
        run.Tell(EventNames.FixAttempt(kind), new { Attempt = attempt, FormerTrouble = trouble });
        await run.SaveAsync(run.Record);
        string workId = run.NextWorkId("fix");
        string path = run.Attempts.Begin(workId, await run.CallAsync<LaidOutWorktree>(
            ActivityNames.LayOutFix, new LayOutFixInput(run.Prepared.RepoPath, workId, run.Head)));
        RunResult agent = await run.RunAgentAsync(new AgentRun(
            workId, run.Plan.ProjectId, run.Prepared.RepoPath, path, Messages.FixPrompt(kind, command, failure.OutputTail, comment, trouble),
            run.Plan.Options.FixTeamCommand, run.Plan.Options.FixTimeoutSeconds, RestartFrom: run.Head)
        {
            Fix = new FixTask(FixKinds.Fix, $"Mend the {kind}, which failed on {run.Head[..10]} (attempt {attempt})\n{failure.Error}", run.Head),
        });
        run.ThrowIfCancelled();
        ConcludedWork work = agent.Status == RunStatus.Completed
            ? await run.CallAsync<ConcludedWork>(ActivityNames.ConcludeFix, new ConcludeFixInput(
                run.Prepared.RepoPath, path, run.IntegrationRef, run.Head,
                Messages.Fix(run.Plan.ProjectId, kind, attempt), run.Context.CurrentUtcDateTime))
            : new ConcludedWork(null, agent.Error ?? "The agent failed.");
        run.Head = work.Commit ?? run.Head;
        string? kept = await run.Attempts.EndAsync(workId, work.Commit);
        if (work.Commit is not null)
            return (null, false);
        return ((work.Reason ?? "The agent changed nothing.") + (kept is null ? "" : $" (What it did is kept as {kept}.)"), run.IsStopped(agent));
    }
}
