using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Orchestra.Activities.Git;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Configuration;

namespace Orchestra.Activities.Agents;

/// <summary>Lets the worktrees of a repository share build caches, and removes what an agent's builds left in its own.</summary>
public sealed class BuildCaches(RunsConfig config, DataFolder data, GitCli git, Worktrees worktrees, ILogger<BuildCaches> logger)
{
    /// <summary>Adds the caches' variables; those that the command sets itself stand.</summary>
    public IReadOnlyDictionary<string, string>? Environment(string repoPath, string worktree, IReadOnlyDictionary<string, string>? own)
    {
        List<BuildCacheConfig> caches = [.. Of(worktree)];
        if (caches.Count == 0) return own;
        string folder = FolderOf(repoPath);
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        foreach ((string name, string value) in caches.SelectMany(c => c.Env))
            environment[name] = value.Replace(BuildCacheConfig.Placeholder, folder, StringComparison.Ordinal);
        foreach ((string name, string value) in own ?? new Dictionary<string, string>()) environment[name] = value;
        Directory.CreateDirectory(folder);
        return environment;
    }

    /// <summary>Only after the agent's processes are gone. What cannot be removed is logged: the agent's work is done.</summary>
    public async Task CleanAsync(string repoPath, string worktree, CancellationToken cancellationToken)
    {
        List<string> names = [.. Of(worktree).SelectMany(c => c.Remove).Distinct(StringComparer.Ordinal)];
        if (!names.Exists(n => Directory.Exists(Path.Combine(worktree, n)))) return;
        try
        {
            // Only what the repository records as a worktree: never the checkout that may enclose the folder.
            if (await worktrees.FindAsync(repoPath, worktree, cancellationToken) is not { } folder) return;
            foreach (string name in names)
            {
                if (HasNoLink(worktree, name) && await IsIgnoredAsync(folder, name, cancellationToken)) FolderDeletion.TryDelete(Path.Combine(worktree, name), logger);
            }
        }
        catch (GitException e)
        {
            Log.CachesNotCleaned(logger, e, worktree);
        }
    }

    private IEnumerable<BuildCacheConfig> Of(string worktree) => config.BuildCaches.Where(c => File.Exists(Path.Combine(worktree, c.When)));

    // A link is the agent's doing and may lead anywhere.
    private static bool HasNoLink(string worktree, string name)
    {
        string path = worktree;
        return name.Split('/').All(part => new DirectoryInfo(path = Path.Combine(path, part)) is { Exists: true, LinkTarget: null });
    }

    // What git would commit is work, whatever its name.
    private async Task<bool> IsIgnoredAsync(WorktreeFolder folder, string name, CancellationToken cancellationToken)
    {
        GitResult work = await git.RunAsync(
            new GitCommand(folder.Path, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", $":(top,literal){name}") { Environment = folder.Environment },
            cancellationToken);
        return work.Fields.Length == 0;
    }

    /// <summary>What the worktrees of a repository share.</summary>
    public string FolderOf(string repoPath) => data.BuildCache(NameOf(repoPath));

    private static string NameOf(string repoPath)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(repoPath));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];
    }
}
