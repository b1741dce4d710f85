using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Orchestra.Activities.Git;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Gates;

/// <summary>
/// Remembers which command passed on which tree, so that a retry, a landing or a bisect does not run it again. Only passes, only for a day, and
/// only with the same programs: a build is no proof under another compiler.
/// </summary>
internal sealed partial class GatePasses(GitPlumbing plumbing, DataFolder data, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    /// <summary>
    /// The pass of an earlier run. A build's counts only if the test after it would not run either: tests may need what the build leaves in
    /// the worktree.
    /// </summary>
    public async Task<RunResult?> FindAsync(GateInput gate, CancellationToken cancellationToken)
    {
        string tree = await TreeAsync(gate, cancellationToken);
        if (Read(Key(gate, gate.Kind, gate.Command, tree)) is not { } former || (gate.Then is { } test && Read(Key(gate, "test", test, tree)) is null))
            return null;
        DateTime now = time.GetUtcNow().UtcDateTime;
        return new RunResult(RunStatus.Completed, 0, $"Passed before on the same files, {former}.\n", null, now, now, Reused: true);
    }

    public async Task AddAsync(GateInput gate, CancellationToken cancellationToken)
    {
        string file = FileOf(Key(gate, gate.Kind, gate.Command, await TreeAsync(gate, cancellationToken)));
        Directory.CreateDirectory(data.Passes);
        string aside = $"{file}.{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(
            aside, string.Create(CultureInfo.InvariantCulture, $"as commit {gate.Commit}, {time.GetUtcNow():u}"), cancellationToken);
        File.Move(aside, file, overwrite: true);
        foreach (string old in Directory.EnumerateFiles(data.Passes).Where(IsOld))
            File.Delete(old);
    }

    private async Task<string> TreeAsync(GateInput gate, CancellationToken cancellationToken) =>
        await plumbing.ResolveAsync(gate.RepoPath, gate.Commit + "^{tree}", cancellationToken)
        ?? throw new GitException("git rev-parse", null, $"there is no commit {gate.Commit}");

    private string? Read(string key)
    {
        string file = FileOf(key);
        return File.Exists(file) && !IsOld(file) ? File.ReadAllText(file) : null;
    }

    private bool IsOld(string file) => File.GetLastWriteTimeUtc(file) < time.GetUtcNow().UtcDateTime - Lifetime;

    private string FileOf(string key) => Path.Combine(data.Passes, key);

    private static string Key(GateInput gate, string kind, string command, string tree)
    {
        string text = string.Join('\0', gate.RepoPath, kind, command, tree, gate.RequireTests, gate.TestsRanPattern, string.Join('\n', Programs(command)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    // The version of a tool shows in its file; asking each for it would take longer than many a build.
    private static IEnumerable<string> Programs(string command)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        foreach (string word in Words().Matches(command).Select(match => match.Value).Distinct())
        {
            if (folders.Select(folder => new FileInfo(Path.Combine(folder, word))).FirstOrDefault(file => file.Exists) is not { } program)
                continue;
            FileInfo real = program.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? program;
            yield return string.Create(CultureInfo.InvariantCulture, $"{real.FullName} {(real.Exists ? real.Length : 0)} {real.LastWriteTimeUtc.Ticks}");
        }
    }

    [GeneratedRegex(@"(?<![\w./-])[\w.+-]+(?![\w/])")]
    private static partial Regex Words();
}
