using Microsoft.Extensions.Logging.Abstractions;
using Orchestra.Activities.Agents.Admission;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Agents.Sandboxes;
using Orchestra.Activities.Processes;
using Orchestra.Activities.Secrets;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents;

/// <summary>Runs an agent's command line in its worktree.</summary>
public sealed class AgentRunner
{
    private const string PromptPlaceholder = "{prompt}";

    private readonly RunEngine engine;
    private readonly AgentWorktree worktree;
    private readonly BuildCaches caches;
    private readonly RunsConfig config;
    private readonly DataFolder data;
    private readonly ClientVariables variables;
    private readonly Sandbox sandbox;
    private readonly ApiConfig api;
    private readonly LaunchSecrets secrets;

    internal AgentRunner(
        RunEngine engine, AgentWorktree worktree, BuildCaches caches, RunsConfig config, DataFolder data, ClientVariables variables, Sandbox sandbox,
        ApiConfig api, LaunchSecrets secrets)
    {
        this.api = api;
        this.secrets = secrets;
        this.sandbox = sandbox;
        this.variables = variables;
        this.data = data;
        this.caches = caches;
        this.config = config;
        this.engine = engine;
        this.worktree = worktree;
    }

    /// <exception cref="OperationCanceledException">The host stops; the agent was ended and the next call starts it again.</exception>
    public Task<RunResult> RunAsync(AgentRun run, CancellationToken cancellationToken) => RunAsync(run, Current(run), null, cancellationToken);

    /// <param name="current">The <see cref="Current"/> one of <paramref name="run"/>.</param>
    /// <param name="guard">Looks after the run; null: nobody does.</param>
    /// <inheritdoc cref="RunAsync(AgentRun, CancellationToken)"/>
    internal async Task<RunResult> RunAsync(AgentRun run, AgentRun current, IAgentGuard? guard, CancellationToken cancellationToken)
    {
        RunResult? first = null;
        if (current.RunId == run.RunId || new RunFolder(data.Run(run.RunId)).IsUnderWay)
        {
            first = await RunOnceAsync(run, guard, cancellationToken);
            if (!first.ApiFailed || run.Command.Fallback is null) return first;
        }

        AgentRun fallback = FallbackOf(run)!;
        int secondsLeft = run.TimeoutSeconds - (first is null ? 0 : (int)(first.CompletedAt - first.StartedAt).TotalSeconds);
        RunResult second = await RunOnceAsync(fallback with { TimeoutSeconds = Math.Max(1, secondsLeft) }, guard, cancellationToken);
        return second with
        {
            StartedAt = first?.StartedAt ?? second.StartedAt,
            Usage = RunUsage.Sum(first?.Usage, second.Usage),
            ClientNote = $"The API failed ({first?.Error ?? "its quota is used up"}); {fallback.Command.Client} did the work.",
        };
    }

    /// <summary>What a call starts or goes on with: the run, or its fallback once there was reason for that.</summary>
    /// <param name="apiIsShut">There is reason now.</param>
    public AgentRun Current(AgentRun run, bool apiIsShut = false)
    {
        if (FallbackOf(run) is not { } fallback) return run;
        RunFolder folder = new(data.Run(run.RunId));
        return Directory.Exists(data.Run(fallback.RunId)) || FindResult(run)?.ApiFailed == true || (apiIsShut && !folder.IsUnderWay) ? fallback : run;
    }

    private static AgentRun? FallbackOf(AgentRun run) => run.Command.Fallback is { } fallback
        ? run with { RunId = run.RunId + "-fallback", SessionId = run.SessionId ?? run.RunId, Command = fallback }
        : null;

    /// <summary>Whether a call would start nothing: the agent runs, has ended or is cancelled.</summary>
    public bool IsUnderWay(AgentRun run) =>
        new RunFolder(data.Run(run.RunId)).IsUnderWay || IsCancelled(run);

    public bool IsCancelled(AgentRun run) => data.IsCancelled(run.RunId, run.SessionId, run.ProjectId);

    public RunResult? FindResult(AgentRun run) => new RunFolder(data.Run(run.RunId)).ReadResult(NullLogger.Instance);

    /// <summary>Takes the run's end back: the next call goes on with it.</summary>
    public void Reopen(AgentRun run) => new RunFolder(data.Run(run.RunId)).Reopen();

    private async Task<RunResult> RunOnceAsync(AgentRun stored, IAgentGuard? guard, CancellationToken cancellationToken)
    {
        AgentRun run = secrets.Open(stored);
        ClaudeClient? streaming = ClientModes.HasEventStream(run.Command.Client) ? Streaming(run) : null;
        RunRequest request = new(
            run.RunId,
            run.ProjectId,
            run.WorktreePath,
            run.Command.Argv,
            run.Prompt,
            run.Command.Environment,
            TimeSpan.FromSeconds(run.TimeoutSeconds),
            variables.Of(run.Command))
        {
            KeepsStreamsApart = true,
            SessionId = run.SessionId,
            EnvironmentAtStart = () => EnvironmentOf(run),
            StarterAtStart = () => sandbox.StarterAsync(run, cancellationToken),
            Chore = Snapshots(run),
            Guard = guard is null ? null : () => guard.Look(run, streaming?.Usage, streaming?.Turns ?? 0),
            GoesOnAfterQuota = guard?.MayPause == true && run.Command.Fallback is null,
        };
        IRunClient client = streaming is null ? Plain(run) : streaming;
        RunResult result = await engine.RunAsync(request, beginning => PrepareAsync(run, beginning, cancellationToken), cancellationToken, client);
        if (guard is not null) await guard.EndedAsync(run, result, cancellationToken);
        await caches.CleanAsync(run.RepoPath, run.WorktreePath, cancellationToken);
        return result;
    }

    /// <summary>Our own program keeps its conversation with the run, so that it can go on after a crash.</summary>
    private ClaudeClient Streaming(AgentRun run)
    {
        if (run.Command.Client is not (ClientModes.Api or ClientModes.Hybrid)) return new ClaudeClient(run) { PriceOf = api.PriceOf };
        string home = data.ClientHome(run.RunId);
        PrivateFolder.Create(home);
        string[] tools = sandbox.WhyNoShell(run.Command.Client) is null ? [] : ["--tools", "editor"];
        return new ClaudeClient(run with { Command = run.Command with { Argv = [.. run.Command.Argv, "--state", home, .. tools] } }) { PriceOf = api.PriceOf };
    }

    private IReadOnlyDictionary<string, string>? EnvironmentOf(AgentRun run) =>
        ClientHome.Fill(caches.Environment(run.RepoPath, run.WorktreePath, KeylessShell.Environment(run.Command)), data.ClientHome(run.RunId));

    private RunChore? Snapshots(AgentRun run)
    {
        if (config.SnapshotSeconds == 0) return null;
        WorkInProgress work = worktree.Follow(run);
        return new RunChore(TimeSpan.FromSeconds(config.SnapshotSeconds), work.SnapshotAsync);
    }

    private static PlainClient Plain(AgentRun run)
    {
        bool inArgument = run.Command.Argv.Any(a => a.Contains(PromptPlaceholder, StringComparison.Ordinal));
        return new PlainClient(
            [.. run.Command.Argv.Select(a => a.Replace(PromptPlaceholder, run.Prompt, StringComparison.Ordinal))],
            inArgument ? null : run.Prompt);
    }

    private Task PrepareAsync(AgentRun run, RunBeginning beginning, CancellationToken cancellationToken) => beginning switch
    {
        RunBeginning.Continued => worktree.UnlockAsync(run, cancellationToken),
        RunBeginning.StartedOver when run.RestartFrom is { } commit => worktree.TakeBackAsync(run, commit, cancellationToken),
        _ => Task.CompletedTask,
    };
}
