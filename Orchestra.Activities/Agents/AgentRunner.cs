using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Agents.Sandboxes;
using Orchestra.Activities.Processes;
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

    internal AgentRunner(
        RunEngine engine, AgentWorktree worktree, BuildCaches caches, RunsConfig config, DataFolder data, ClientVariables variables, Sandbox sandbox)
    {
        this.sandbox = sandbox;
        this.variables = variables;
        this.data = data;
        this.caches = caches;
        this.config = config;
        this.engine = engine;
        this.worktree = worktree;
    }

    /// <exception cref="OperationCanceledException">The host stops; the agent was ended and the next call starts it again.</exception>
    public async Task<RunResult> RunAsync(AgentRun run, CancellationToken cancellationToken)
    {
        RunResult result = await RunOnceAsync(run, cancellationToken);
        if (!result.ApiFailed || run.Command.Fallback is not { } fallback) return result;

        int secondsLeft = run.TimeoutSeconds - (int)(result.CompletedAt - result.StartedAt).TotalSeconds;
        RunResult second = await RunOnceAsync(
            run with { RunId = run.RunId + "-fallback", SessionId = run.SessionId ?? run.RunId, Command = fallback, TimeoutSeconds = Math.Max(1, secondsLeft) },
            cancellationToken);
        return second with
        {
            StartedAt = result.StartedAt,
            Usage = RunUsage.Sum(result.Usage, second.Usage),
            ClientNote = $"The API failed ({result.Error}); {fallback.Client} did the work.",
        };
    }

    /// <summary>Whether a call would start nothing: the agent runs, has ended or is cancelled.</summary>
    public bool IsUnderWay(AgentRun run) =>
        new RunFolder(data.Run(run.RunId)).IsUnderWay || data.IsCancelled(run.RunId, run.SessionId, run.ProjectId);

    private async Task<RunResult> RunOnceAsync(AgentRun run, CancellationToken cancellationToken)
    {
        bool hasStream = ClientModes.HasEventStream(run.Command.Client);
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
            HasProtocol = hasStream,
            SessionId = run.SessionId,
            EnvironmentAtStart = () => ClientHome.Fill(caches.Environment(run.RepoPath, run.WorktreePath, run.Command.Environment), data.ClientHome(run.RunId)),
            StarterAtStart = () => sandbox.StarterAsync(run, cancellationToken),
            Chore = Snapshots(run),
        };
        RunResult result = await engine.RunAsync(
            request, beginning => PrepareAsync(run, beginning, cancellationToken), cancellationToken, hasStream ? Streaming(run) : Plain(run));
        await caches.CleanAsync(run.RepoPath, run.WorktreePath, cancellationToken);
        return result;
    }

    /// <summary>Our own program keeps its conversation with the run, so that it can go on after a crash.</summary>
    private ClaudeClient Streaming(AgentRun run)
    {
        if (run.Command.Client is not (ClientModes.Api or ClientModes.Hybrid)) return new ClaudeClient(run);
        string home = data.ClientHome(run.RunId);
        PrivateFolder.Create(home);
        return new ClaudeClient(run with { Command = run.Command with { Argv = [.. run.Command.Argv, "--state", home] } });
    }

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
