using System.Globalization;
using Orchestra.Activities.Git;
using Orchestra.Core;

namespace Orchestra.Activities.Upkeep;

/// <summary>Lists what is stored for a time only, and since when. It changes nothing.</summary>
public sealed class StoredScan(GitCli git, DataFolder data)
{
    public async Task<IReadOnlyList<Stored>> RefsAsync(string repoPath, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(repoPath))
            return [];
        GitResult refs = await git.RunAsync(
            new GitCommand(repoPath, "for-each-ref", "--format=%(refname) %(objectname)", "refs/orchestra/kept", "refs/orchestra/wip") { ExitCodes = [0, 128] },
            cancellationToken);
        var found = new List<Stored>();
        foreach (string[] parts in refs.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')))
        {
            string kind = parts[0].StartsWith("refs/orchestra/kept/", StringComparison.Ordinal) ? "kept" : "wip";
            found.Add(new Stored(
                kind, parts[0], OwnerNames.Of(parts[0][(parts[0].LastIndexOf('/') + 1)..]), repoPath, parts[1], await MovedAsync(repoPath, parts[0], cancellationToken)));
        }

        return found;
    }

    public IReadOnlyList<Stored> Runs()
    {
        string parent = Path.GetDirectoryName(data.Run("x"))!;
        return Directory.Exists(parent)
            ? [.. new DirectoryInfo(parent).EnumerateDirectories().OrderBy(d => d.Name, StringComparer.Ordinal).Select(d => new Stored(
                "run", d.Name, OwnerNames.Of(d.Name), null, null, LastWrite(d)))]
            : [];
    }

    public IReadOnlyList<Stored> Outputs() => Directory.Exists(data.Outputs)
        ? [.. new DirectoryInfo(data.Outputs).EnumerateFiles().OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => new Stored(OutputKind, f.Name, OwnerNames.Of(Path.GetFileNameWithoutExtension(f.Name)), null, null, f.LastWriteTimeUtc))]
        : [];

    internal const string OutputKind = "output";

    /// <summary>By the ref's own log: a commit's date is the agent's to choose, and a kept ref may name an old commit.</summary>
    private async Task<DateTimeOffset?> MovedAsync(string repoPath, string name, CancellationToken cancellationToken)
    {
        GitResult log = await git.RunAsync(
            new GitCommand(repoPath, "log", "-g", "-1", "--format=%gd", "--date=unix", name, "--") { ExitCodes = [0, 128] }, cancellationToken);
        int at = log.Line.LastIndexOf("@{", StringComparison.Ordinal);
        return at > 0 && long.TryParse(log.Line.AsSpan(at + 2).TrimEnd('}'), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }

    private static DateTimeOffset LastWrite(DirectoryInfo folder) =>
        folder.EnumerateFiles().Select(f => f.LastWriteTimeUtc).Append(folder.LastWriteTimeUtc).Max();
}
