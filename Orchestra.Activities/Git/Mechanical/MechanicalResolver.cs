using System.Text;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git.Mechanical;

/// <summary>
/// Settles conflicts that need nobody's decision: files of a configured class, and changes that only touch or insert at the same place.
/// The result is a candidate commit: no ref moves before the gates have passed on it, because the integration branch never goes back.
/// </summary>
public sealed class MechanicalResolver(GitCli git, GitPlumbing plumbing, ConflictStages stages, LineMerger lines, TreeEditor trees)
{
    public const int MaxDiff = 8 * 1024;

    private static readonly MergePolicy KeepLines = new(MechanicalPolicies.Auto, [], []);

    public async Task<MechanicalOutcome> ResolveAsync(ResolveMechanicallyInput input, CancellationToken cancellationToken)
    {
        string ours = GitNames.CommitId(input.Ours);
        string theirs = GitNames.CommitId(input.Theirs);
        ConflictedMerge merge = await stages.ReadAsync(input.RepoPath, ours, theirs, cancellationToken);
        if (merge.Objection is not null)
            return Refused(merge.Objection);
        Dictionary<string, string> attributes = await AttributesAsync(input.RepoPath, merge.Files, cancellationToken);

        var entries = new List<TreeEntry>();
        var settled = new List<SettledFile>();
        foreach (ConflictedBlobs file in merge.Files)
        {
            SettledFile how = ClassOf(file.Path, input.Policy ?? KeepLines);
            (TreeEntry? entry, string? reason) = await SettleAsync(
                input.RepoPath, file, how, input.Policy ?? KeepLines, attributes.GetValueOrDefault(file.Path), cancellationToken);
            if (entry is null)
                return Refused(reason!);
            entries.Add(entry);
            settled.Add(how);
        }

        string tree = await trees.ReplaceAsync(input.RepoPath, merge.Tree, entries, cancellationToken);
        string commit = await plumbing.CommitTreeAsync(
            input.RepoPath, tree, [ours, theirs], Message(input.Message, settled), input.Date, cancellationToken);
        string[] paths = [.. settled.Select(file => file.Path)];
        return new MechanicalOutcome(commit, null, paths, await DiffAsync(input.RepoPath, commit, paths, cancellationToken), settled);
    }

    /// <summary>The message with a trailer that says how the conflicts were settled.</summary>
    private static string Message(string message, IEnumerable<SettledFile> settled) =>
        $"{message}\nOrchestra-Resolution: {string.Join(", ", settled.Select(file => file.How).Distinct().Order(StringComparer.Ordinal))}";

    private static MechanicalOutcome Refused(string reason) => new(null, reason, [], "");

    private static SettledFile ClassOf(string path, MergePolicy policy)
    {
        if (policy.GeneratedFiles.FirstOrDefault(generated => PathPattern.AnyMatches(generated.Files, path)) is { } found)
            return new SettledFile(path, SettledBy.Generated, found.Regenerate);
        return new SettledFile(path, PathPattern.AnyMatches(policy.UnionFiles, path) ? SettledBy.Union : SettledBy.Mechanical);
    }

    private async Task<(TreeEntry? Entry, string? Reason)> SettleAsync(
        string repoPath, ConflictedBlobs file, SettledFile how, MergePolicy policy, string? attribute, CancellationToken cancellationToken)
    {
        if (how.How == SettledBy.Generated)
        {
            ConflictSide? side = file.Ours ?? file.Theirs;
            return side is { IsFile: true }
                ? (new TreeEntry(file.Path, side.Mode, side.Blob), null)
                : (null, file.Objection ?? $"{file.Path} is no file");
        }

        if (attribute is not (null or "unspecified" or "set" or "text" or "union"))
            return (null, $"the attribute merge of {file.Path} is {attribute}"); // somebody wants to look at each of its conflicts
        if (how.How == SettledBy.Mechanical && policy.Mechanical == MechanicalPolicies.Off)
            return (null, $"{file.Path} is in no class of files that is settled by rule");
        byte[]? content = how.How == SettledBy.Union
            ? await lines.UnionAsync(repoPath, file, cancellationToken)
            : await lines.TouchingAsync(repoPath, file, cancellationToken);
        return content is null
            ? (null, file.Objection ?? $"both sides changed the same lines of {file.Path}")
            : (new TreeEntry(file.Path, file.Mode, await trees.WriteBlobAsync(repoPath, content, cancellationToken)), null);
    }

    private async Task<Dictionary<string, string>> AttributesAsync(string repoPath, IReadOnlyList<ConflictedBlobs> files, CancellationToken cancellationToken)
    {
        GitResult result = await git.RunAsync(
            new GitCommand(repoPath, "check-attr", "--stdin", "-z", "merge") { Input = GitCommand.NulSeparated(files.Select(file => file.Path)) },
            cancellationToken);
        string[] fields = result.Text.Split('\0');
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int at = 0; at + 2 < fields.Length; at += 3)
            attributes[fields[at]] = fields[at + 2];
        return attributes;
    }

    private async Task<string> DiffAsync(string repoPath, string commit, string[] paths, CancellationToken cancellationToken)
    {
        GitResult diff = await git.RunAsync(
            new GitCommand(
                repoPath,
                ["--literal-pathspecs", "diff-tree", "--cc", "-p", "--no-commit-id", "--no-color", "--no-ext-diff", "--no-textconv", commit, "--", .. paths]),
            cancellationToken);
        string text = Encoding.UTF8.GetString(diff.Output);
        return text.Length <= MaxDiff ? text : text[..MaxDiff] + "\n[cut]\n";
    }
}
