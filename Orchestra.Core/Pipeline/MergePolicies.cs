namespace Orchestra.Core.Pipeline;

/// <summary>Files that a program writes: nobody merges them by hand.</summary>
/// <param name="Files">Patterns.</param>
/// <param name="Regenerate">The command that writes them anew, run by the shell on the merged sources; null: ours are taken as they are.</param>
public sealed record GeneratedFiles(IReadOnlyList<string> Files, string? Regenerate = null);

/// <summary>Which conflicts need nobody's decision.</summary>
/// <param name="Mechanical">One of <see cref="MechanicalPolicies"/>.</param>
/// <param name="UnionFiles">Patterns of files whose lines of both sides are kept, overlapping or not: changelogs, lists of authors.</param>
/// <param name="Problem">What is wrong with the repository's own policy; it then settles nothing.</param>
public sealed record MergePolicy(
    string Mechanical, IReadOnlyList<string> UnionFiles, IReadOnlyList<GeneratedFiles> GeneratedFiles, string? Problem = null)
{
    public static readonly MergePolicy None = new(MechanicalPolicies.Off, [], []);
}

/// <summary>Reads <c>.orchestra.yml</c> from the base commit, never from an agent's branch.</summary>
/// <param name="Fallback">What holds where the file says nothing.</param>
public sealed record ReadMergePolicyInput(string RepoPath, string BaseCommit, MergePolicy Fallback);

/// <summary>How one conflicted file was settled.</summary>
/// <param name="How"><c>mechanical</c>, <c>union</c> or <c>generated</c>.</param>
/// <param name="Regenerate">The command that is to write it anew.</param>
public sealed record SettledFile(string Path, string How, string? Regenerate = null);

public static class SettledBy
{
    public const string Mechanical = "mechanical";
    public const string Union = "union";
    public const string Generated = "generated";
}

/// <summary>Runs commands on a candidate merge and takes the files that they wrote into a commit of the same parents.</summary>
/// <param name="Gate">The run: its commit is the candidate.</param>
public sealed record RegenerateInput(GateInput Gate, string Ours, string Theirs, IReadOnlyList<string> Paths, string Message, DateTime Date);

/// <param name="Commit">Null when the command failed.</param>
public sealed record RegeneratedMerge(string? Commit, RunResult Run);
