using Microsoft.Extensions.Logging;
using Orchestra.Activities.Git;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Sandboxes;

/// <summary>Starts agents in a sandbox of bubblewrap, if the configuration wants one.</summary>
public sealed class Sandbox(RunsConfig runs, Bubblewrap bubblewrap, SandboxFolders folders, Worktrees worktrees, ILogger<Sandbox> logger)
{
    private const int Conflict = 409;

    private SandboxConfig Config => runs.Sandbox;

    /// <exception cref="InputProblem">The configuration demands a sandbox and there can be none; nothing has been launched yet.</exception>
    public void Require()
    {
        if (Config.Mode == SandboxConfig.Required && bubblewrap.Obstacle is { } obstacle)
            throw new InputProblem("runs.sandbox.mode", $"The configuration demands a sandbox for agents. {obstacle} Or set runs.sandbox.mode to auto or off.", Conflict);
    }

    /// <summary>Why no sandbox can be made here; null when it can.</summary>
    public string? Obstacle => bubblewrap.Obstacle;

    /// <summary>
    /// Why an agent whose shell is ours gets none; null when it gets one. Without a sandbox a shell reaches whatever we reach, which only
    /// somebody who switches the sandbox off can want.
    /// </summary>
    /// <param name="client">A client mode.</param>
    public string? WhyNoShell(string? client) =>
        client is ClientModes.Api or ClientModes.Hybrid && Config.Mode != SandboxConfig.Off && bubblewrap.Obstacle is { } obstacle
            ? $"The agent has an editor but no shell, as there is no sandbox for it. {obstacle} Or set runs.sandbox.mode to off: then it runs any command as you."
            : null;

    /// <summary>What comes before an agent's program on the command line; nothing without a sandbox.</summary>
    /// <exception cref="InvalidOperationException">A sandbox is demanded and cannot be made.</exception>
    public async Task<IReadOnlyList<string>> StarterAsync(AgentRun run, CancellationToken cancellationToken)
    {
        if (!IsFor(run.Command.Client)) return [];
        if (bubblewrap.Obstacle is { } obstacle)
        {
            if (Config.Mode == SandboxConfig.Required) throw new InvalidOperationException($"The agent was not started, since it must run in a sandbox. {obstacle}");
            Log.NoSandbox(logger, run.RunId, obstacle);
            return [];
        }
        WorktreeFolder worktree = await worktrees.FindAsync(run.RepoPath, run.WorktreePath, cancellationToken)
            ?? throw new InvalidOperationException($"{run.WorktreePath} is no worktree of {run.RepoPath}.");
        folders.Make(run, worktree);
        return
        [
            bubblewrap.Program, .. Bubblewrap.Frame, .. Config.Network ? (string[])[] : ["--unshare-net"],
            .. folders.Of(run, worktree).SelectMany(m => m.Arguments),
            // The Claude Code CLI asks for this before it lets root do without questions.
            "--setenv", "IS_SANDBOX", "1", "--setenv", "TMPDIR", "/tmp", "--chdir", run.WorktreePath, "--",
        ];
    }

    private bool IsFor(string? client) => Config.Mode switch
    {
        SandboxConfig.Off => false,
        SandboxConfig.Api => client is ClientModes.Api or ClientModes.Hybrid,
        _ => true,
    };
}
