using System.Text;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Git.Mechanical;

/// <summary>
/// Settles conflicts in which both sides only touch or insert at the same place. The result is a candidate commit: no ref moves
/// before the gates have passed on it, because the integration branch never goes back.
/// </summary>
public sealed class MechanicalResolver(
    GitCli git, GitPlumbing plumbing, ConflictStages stages, LineEdits edits, TreeEditor trees)
{
    public const int MaxDiff = 8 * 1024;

    public async Task<MechanicalOutcome> ResolveAsync(ResolveMechanicallyInput input, CancellationToken cancellationToken)
    {
        string ours = GitNames.CommitId(input.Ours);
        string theirs = GitNames.CommitId(input.Theirs);
        ConflictedMerge merge = await stages.ReadAsync(input.RepoPath, ours, theirs, cancellationToken);
        if (merge.Objection is not null)
            return Refused(merge.Objection);
        if (await NotForTextAsync(input.RepoPath, merge.Files, cancellationToken) is { } attribute)
            return Refused(attribute);

        var resolved = new List<TreeEntry>();
        foreach (ConflictedBlobs file in merge.Files)
        {
            byte[]? content = await MergeAsync(input.RepoPath, file, cancellationToken);
            if (content is null)
                return Refused($"both sides changed the same lines of {file.Path}");
            resolved.Add(new TreeEntry(file.Path, file.Mode, await trees.WriteBlobAsync(input.RepoPath, content, cancellationToken)));
        }

        string tree = await trees.ReplaceAsync(input.RepoPath, merge.Tree, resolved, cancellationToken);
        string commit = await plumbing.CommitTreeAsync(
            input.RepoPath, tree, [ours, theirs], input.Message + "\nOrchestra-Resolution: mechanical", input.Date, cancellationToken);
        string[] paths = [.. resolved.Select(entry => entry.Path)];
        return new MechanicalOutcome(commit, null, paths, await DiffAsync(input.RepoPath, commit, paths, cancellationToken));
    }

    private static MechanicalOutcome Refused(string reason) => new(null, reason, [], "");

    private async Task<byte[]?> MergeAsync(string repoPath, ConflictedBlobs file, CancellationToken cancellationToken)
    {
        TextLines[] sides = new TextLines[3];
        string[] blobs = [file.Start, file.Ours, file.Theirs];
        for (int side = 0; side < blobs.Length; side++)
        {
            byte[] content = (await git.RunAsync(new GitCommand(repoPath, "cat-file", "blob", blobs[side]), cancellationToken)).Output;
            if (content.AsSpan().Contains((byte)0))
                return null;
            sides[side] = new TextLines(content);
        }

        return HunkMerge.Merge(
            sides[0], sides[1], sides[2],
            await edits.BetweenAsync(repoPath, file.Start, file.Ours, cancellationToken),
            await edits.BetweenAsync(repoPath, file.Start, file.Theirs, cancellationToken));
    }

    /// <summary>Files that the repository's attributes take out of line-wise merging conflict because somebody wants to look at them.</summary>
    private async Task<string?> NotForTextAsync(string repoPath, IReadOnlyList<ConflictedBlobs> files, CancellationToken cancellationToken)
    {
        GitResult result = await git.RunAsync(
            new GitCommand(repoPath, "check-attr", "--stdin", "-z", "merge") { Input = GitCommand.NulSeparated(files.Select(file => file.Path)) },
            cancellationToken);
        string[] fields = result.Text.Split('\0');
        for (int at = 0; at + 2 < fields.Length; at += 3)
        {
            if (fields[at + 2] is not ("unspecified" or "set" or "text" or "union"))
                return $"the attribute merge of {fields[at]} is {fields[at + 2]}";
        }

        return null;
    }

    private async Task<string> DiffAsync(string repoPath, string commit, string[] paths, CancellationToken cancellationToken)
    {
        GitResult diff = await git.RunAsync(
            new GitCommand(repoPath, ["--literal-pathspecs", "diff-tree", "--cc", "-p", "--no-commit-id", "--no-color", "--no-ext-diff", "--no-textconv", commit, "--", .. paths]),
            cancellationToken);
        string text = Encoding.UTF8.GetString(diff.Output);
        return text.Length <= MaxDiff ? text : text[..MaxDiff] + "\n[cut]\n";
    }
}
