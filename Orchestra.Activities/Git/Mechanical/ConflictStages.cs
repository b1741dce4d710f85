using System.Globalization;

namespace Orchestra.Activities.Git.Mechanical;

/// <param name="Mode">The file mode that a three-way merge of the modes gives.</param>
public sealed record ConflictedBlobs(string Path, string Mode, string Start, string Ours, string Theirs);

/// <param name="Tree">The merged tree, with markers in the conflicted files.</param>
/// <param name="Objection">Why this is more than changed text; null when every conflict is one of text.</param>
public sealed record ConflictedMerge(string Tree, IReadOnlyList<ConflictedBlobs> Files, string? Objection);

/// <summary>Reads which blobs a merge could not put together.</summary>
public sealed class ConflictStages(GitCli git)
{
    public async Task<ConflictedMerge> ReadAsync(string repoPath, string ours, string theirs, CancellationToken cancellationToken)
    {
        var command = new GitCommand(repoPath, "merge-tree", "--write-tree", "-z", "--messages", ours, theirs) { ExitCodes = [0, 1] };
        GitResult result = await git.RunAsync(command, cancellationToken);
        string[] fields = result.Text.Split('\0');
        if (!GitNames.IsObjectId(fields[0]))
            throw new GitException(command.ToString(), result.ExitCode, result.Error);
        int end = Array.IndexOf(fields, "", 1);
        string[] stages = fields[1..end];
        if (OtherKind(fields, end + 1) is { } kind)
            return new ConflictedMerge(fields[0], [], kind);

        var files = new List<ConflictedBlobs>();
        foreach (IGrouping<string, string> file in stages.GroupBy(stage => stage[(stage.IndexOf('\t') + 1)..]))
        {
            // "<mode> <object> <stage>", 1 the base, 2 ours, 3 theirs.
            string[][] sides = [.. file.Select(stage => stage[..stage.IndexOf('\t')].Split(' '))];
            if (sides.Length != 3 || sides.Any(side => side[0] is not ("100644" or "100755")))
                return new ConflictedMerge(fields[0], [], $"{file.Key} is not a file on both sides and in the base");
            string mode = sides[1][0] == sides[0][0] ? sides[2][0] : sides[1][0];
            files.Add(new ConflictedBlobs(file.Key, mode, sides[0][1], sides[1][1], sides[2][1]));
        }

        return new ConflictedMerge(fields[0], files, files.Count == 0 ? "git names no conflicted file" : null);
    }

    // Per message: number of paths, the paths, type, text.
    private static string? OtherKind(string[] fields, int at)
    {
        while (at < fields.Length && int.TryParse(fields[at], CultureInfo.InvariantCulture, out int count) && at + count + 2 < fields.Length)
        {
            string type = fields[at + count + 1];
            if (type.StartsWith("CONFLICT", StringComparison.Ordinal) && type != "CONFLICT (contents)")
                return fields[at + count + 2].Trim();
            at += count + 3;
        }

        return null;
    }
}
