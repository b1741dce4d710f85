using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Sandboxes;

/// <summary>What an agent in a sandbox sees of the disk beyond a read-only view.</summary>
/// <param name="home">The user's home folder.</param>
public sealed class SandboxFolders(SandboxConfig config, DataFolder data, BuildCaches caches, string? home)
{
    private const string Resolver = "/etc/resolv.conf";

    // Sockets of other programs, through which one gets out of any sandbox; and the paths that must be there all the same.
    private const string Sockets = "/run";
    private static readonly string[] NeededOfSockets = ["/run/current-system"];

    /// <summary>In the order in which they must be made: what is inside another comes after it.</summary>
    internal IReadOnlyList<Mount> Of(AgentRun run, WorktreeFolder worktree) =>
        [.. Common(run).Concat(Git(run, worktree)).DistinctBy(m => m.Path, StringComparer.Ordinal).OrderBy(m => m.Path.Length)];

    /// <summary>Made beforehand, since a sandbox can only show what there is.</summary>
    internal void Make(AgentRun run, WorktreeFolder worktree)
    {
        PrivateFolder.Create(data.ClientHome(run.RunId));
        PrivateFolder.Create(data.Temporary(run.RunId));
        foreach (string folder in Branches(worktree)) Directory.CreateDirectory(folder);
    }

    private IEnumerable<Mount> Common(AgentRun run)
    {
        yield return Mount.Empty(Sockets);
        foreach (string path in NeededOfSockets.Append(RealPath.Of(Resolver)).Where(p => p.StartsWith(Sockets + "/", StringComparison.Ordinal) && Path.Exists(p)))
            yield return Mount.ReadOnly(path);
        yield return Mount.At(data.Temporary(run.RunId), "/tmp");
        // Our own programs, which may lie in one of the folders that are not there.
        yield return Mount.ReadOnly(AppContext.BaseDirectory.TrimEnd('/'));
        // Other agents' work, the journal, and the program's own state.
        yield return Mount.Empty(data.Root);
        yield return Mount.Writable(data.ClientHome(run.RunId));
        if (Directory.Exists(caches.FolderOf(run.RepoPath))) yield return Mount.Writable(caches.FolderOf(run.RepoPath));
        foreach (string path in config.Writable.Select(Expand).Where(Directory.Exists)) yield return Mount.Writable(path);
        foreach (string path in config.Hidden.Select(Expand).Where(Directory.Exists)) yield return Mount.Empty(path);
    }

    /// <summary>What git needs to commit on agents' branches; configuration, hooks and everybody else's branches stay read-only.</summary>
    private static IEnumerable<Mount> Git(AgentRun run, WorktreeFolder worktree)
    {
        yield return Mount.Writable(worktree.Path);
        if (File.Exists(Path.Combine(worktree.Path, ".git"))) yield return Mount.ReadOnly(Path.Combine(worktree.Path, ".git"));
        yield return Mount.ReadOnly(run.RepoPath);
        yield return Mount.ReadOnly(worktree.Common);
        yield return Mount.Writable(Path.Combine(worktree.Common, "objects"));
        yield return Mount.Writable(worktree.Record);
        // With these an agent could lead our own git to a repository of its making.
        foreach (string pointer in (string[])["commondir", "gitdir"])
            yield return Mount.ReadOnly(Path.Combine(worktree.Record, pointer));
        foreach (string folder in Branches(worktree)) yield return Mount.Writable(folder);
    }

    private static IEnumerable<string> Branches(WorktreeFolder worktree)
    {
        // Where refs are kept in tables, all branches are in one: agents cannot commit, their work is committed for them.
        if (Directory.Exists(Path.Combine(worktree.Common, "reftable"))) yield break;
        string branches = Path.GetDirectoryName(RefNames.TeamBranch("x"))!;
        yield return Path.Combine(worktree.Common, branches);
        yield return Path.Combine(worktree.Common, "logs", branches);
    }

    private string Expand(string path) => path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home ?? "/", path[2..]) : path;
}
