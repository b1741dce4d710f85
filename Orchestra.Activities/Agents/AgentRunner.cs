using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents;

/// <summary>Runs an agent's command line in its worktree.</summary>
public sealed class AgentRunner
{
    private const string PromptPlaceholder = "{prompt}";

    private readonly RunEngine engine;
    private readonly AgentWorktree worktree;

    internal AgentRunner(RunEngine engine, AgentWorktree worktree)
    {
        this.engine = engine;
        this.worktree = worktree;
    }

    /// <exception cref="OperationCanceledException">The host stops; the agent was ended and the next call starts it over.</exception>
    public Task<RunResult> RunAsync(AgentRun run, CancellationToken cancellationToken)
    {
        bool inArgument = run.Command.Client != ClientModes.ClaudeCode
            && run.Command.Argv.Any(a => a.Contains(PromptPlaceholder, StringComparison.Ordinal));
        RunRequest request = new(
            run.RunId,
            run.ProjectId,
            run.WorktreePath,
            Argv(run),
            inArgument ? null : run.Prompt,
            run.Command.Environment,
            TimeSpan.FromSeconds(run.TimeoutSeconds),
            run.Command.PassEnvironment);
        return engine.RunAsync(request, startsOver => PrepareAsync(run, startsOver, cancellationToken), cancellationToken);
    }

    private IReadOnlyList<string> Argv(AgentRun run) => run.Command.Client == ClientModes.ClaudeCode
        ? [.. run.Command.Argv, "--session-id", ClaudeCommands.SessionId(run.RunId, engine.FormerStart(run.RunId))]
        : [.. run.Command.Argv.Select(a => a.Replace(PromptPlaceholder, run.Prompt, StringComparison.Ordinal))];

    private Task PrepareAsync(AgentRun run, bool startsOver, CancellationToken cancellationToken) =>
        startsOver && run.RestartFrom is { } commit ? worktree.TakeBackAsync(run, commit, cancellationToken) : Task.CompletedTask;
}
