using System.Globalization;

namespace Orchestra.Activities.Git.Mechanical;

/// <summary>One side's version of a conflicted file.</summary>
public sealed record ConflictSide(string Mode, string Blob)
{
    public bool IsFile => Mode is "100644" or "100755";
}

/// <param name="Start">The base's version; null when the file is new, as the sides' are when they deleted it.</param>
/// <param name="Objection">What git said of it when it is more than a conflict of text.</param>
public sealed record ConflictedBlobs(string Path, ConflictSide? Start, ConflictSide? Ours, ConflictSide? Theirs, string? Objection)
{
    /// <summary>Whether it is a file on all sides, so that its lines can be compared.</summary>
    public bool IsText => Objection is null && Start is { IsFile: true } && Ours is { IsFile: true } && Theirs is { IsFile: true };

    /// <summary>The mode that a three-way merge of the modes gives.</summary>
    public string Mode => Ours is null || Ours.Mode == Start?.Mode ? Theirs?.Mode ?? "100644" : Ours.Mode;
}

/// <param name="Tree">The merged tree, with markers in the conflicted files.</param>
/// <param name="Objection">A conflict that belongs to no file, in git's words.</param>
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
        Dictionary<string, string> objections = Objections(fields, end + 1);
        List<ConflictedBlobs> files = [.. fields[1..end]
            .GroupBy(stage => stage[(stage.IndexOf('\t') + 1)..])
            .Select(file => Read(file.Key, file, objections.GetValueOrDefault(file.Key)))];

        // A file that was moved, or moved aside, has its message under another name.
        string? other = objections.Where(objection => files.All(file => file.Path != objection.Key)).Select(objection => objection.Value).FirstOrDefault();
        return new ConflictedMerge(fields[0], files, other ?? (files.Count == 0 ? "git names no conflicted file" : null));
    }

    // "<mode> <object> <stage>", 1 the base, 2 ours, 3 theirs.
    private static ConflictedBlobs Read(string path, IEnumerable<string> stages, string? objection)
    {
        var sides = new ConflictSide?[4];
        foreach (string[] parts in stages.Select(stage => stage[..stage.IndexOf('\t')].Split(' ')))
            sides[parts[2][0] - '0'] = new ConflictSide(parts[0], parts[1]);
        return new ConflictedBlobs(path, sides[1], sides[2], sides[3], objection);
    }

    // Per message: number of paths, the paths, type, text.
    private static Dictionary<string, string> Objections(string[] fields, int at)
    {
        var objections = new Dictionary<string, string>(StringComparer.Ordinal);
        while (at < fields.Length && int.TryParse(fields[at], CultureInfo.InvariantCulture, out int count) && at + count + 2 < fields.Length)
        {
            string type = fields[at + count + 1];
            if (type.StartsWith("CONFLICT", StringComparison.Ordinal) && type != "CONFLICT (contents)")
            {
                foreach (string path in fields[(at + 1)..(at + 1 + count)])
                    objections[path] = fields[at + count + 2].Trim();
            }

            at += count + 3;
        }

        return objections;
    }
}
