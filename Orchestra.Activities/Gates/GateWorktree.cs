using Microsoft.Extensions.Logging;
using Orchestra.Activities.Git;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Gates;

/// <summary>The one worktree of a project in which gates run. Ignored files stay in it, so that incremental builds stay warm.</summary>
internal sealed class GateWorktree(GitCli git, Worktrees worktrees, StaleLocks locks, DataFolder data, ILogger<GateWorktree> logger)
{
    /// <summary>Brings the worktree to the gate's commit, making it (anew) where that is needed.</summary>
    public async Task CheckOutAsync(GateInput gate, CancellationToken cancellationToken)
    {
        string path = data.IntegrationWorktree(gate.ProjectId);
        WorktreeFolder? folder = await worktrees.FindAsync(gate.RepoPath, path, cancellationToken);
        if (folder is { IsWhole: true } && HasPointer(folder) && await TryCheckOutAsync(folder, gate.Commit, cancellationToken)) return;
        await worktrees.RecreateAsync(gate.RepoPath, Path.GetFileName(path), gate.Commit, cancellationToken);
    }

    /// <summary>What lands is the commit, not the worktree; still, a gate that rewrites sources is worth a warning.</summary>
    public async Task CheckUnchangedAsync(GateInput gate, CancellationToken cancellationToken)
    {
        string path = data.IntegrationWorktree(gate.ProjectId);
        if (await worktrees.FindAsync(gate.RepoPath, path, cancellationToken) is not { } folder)
        {
            Log.GateChangedWorktree(logger, path, gate.RunId, "it is gone");
            return;
        }
        try
        {
            string head = (await GitAsync(folder, cancellationToken, "rev-parse", "--verify", "HEAD")).Line;
            string changes = (await GitAsync(folder, cancellationToken, "status", "--porcelain", "--untracked-files=no")).Text.TrimEnd();
            if (head != gate.Commit) Log.GateChangedWorktree(logger, path, gate.RunId, $"HEAD is at {head}");
            if (changes.Length > 0) Log.GateChangedWorktree(logger, path, gate.RunId, changes);
        }
        catch (GitException e)
        {
            Log.GateChangedWorktree(logger, path, gate.RunId, e.Message);
        }
    }

    /// <summary>What the worktree holds at some paths, as git would commit it; a path that is gone has the mode 0.</summary>
    /// <exception cref="GitException">The worktree is not at the gate's commit any more.</exception>
    public async Task<IReadOnlyList<TreeEntry>> ReadFilesAsync(GateInput gate, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        string path = data.IntegrationWorktree(gate.ProjectId);
        WorktreeFolder folder = await worktrees.FindAsync(gate.RepoPath, path, cancellationToken)
            ?? throw new GitException("git worktree list", null, $"the worktree {path} is gone");
        string head = (await GitAsync(folder, cancellationToken, "rev-parse", "--verify", "HEAD")).Line;
        if (head != gate.Commit)
            throw new GitException("git rev-parse HEAD", null, $"the worktree {path} is at {head}, not at {gate.Commit}");

        var entries = new List<TreeEntry>();
        foreach (string name in paths)
        {
            FileInfo file = new(Path.Combine(path, name));
            if (!file.Exists || file.LinkTarget is not null)
            {
                entries.Add(new TreeEntry(name, "0", new string('0', gate.Commit.Length)));
                continue;
            }

            string mode = (await GitAsync(folder, cancellationToken, "ls-files", "--format=%(objectmode)", "--", $":(top,literal){name}")).Line;
            string blob = (await GitAsync(folder, cancellationToken, "hash-object", "-w", "--", name)).Line;
            entries.Add(new TreeEntry(name, mode.Length == 0 ? "100644" : mode, blob));
        }

        return entries;
    }

    /// <summary>Our own commands do not need the <c>.git</c> file, but a build that asks git for its version does.</summary>
    private static bool HasPointer(WorktreeFolder folder)
    {
        string pointer = Path.Combine(folder.Path, ".git");
        return File.Exists(pointer) && File.ReadAllText(pointer).TrimEnd().EndsWith($"/worktrees/{Path.GetFileName(folder.Record)}", StringComparison.Ordinal);
    }

    private async Task<bool> TryCheckOutAsync(WorktreeFolder folder, string commit, CancellationToken cancellationToken)
    {
        try
        {
            // Only one gate runs at a time, so a lock can only be a killed git's.
            locks.Remove(folder);
            await GitAsync(folder, cancellationToken, "checkout", "--quiet", "--force", "--detach", commit);
            await GitAsync(folder, cancellationToken, "clean", "--quiet", "-f", "-f", "-d");
            return true;
        }
        catch (GitException e)
        {
            Log.WorktreeRecreated(logger, folder.Path, e.Message);
            return false;
        }
    }

    private Task<GitResult> GitAsync(WorktreeFolder folder, CancellationToken cancellationToken, params string[] arguments) =>
        git.RunAsync(new GitCommand(folder.Path, arguments) { Environment = folder.Environment }, cancellationToken);
}
