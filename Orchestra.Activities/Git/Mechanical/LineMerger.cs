namespace Orchestra.Activities.Git.Mechanical;

/// <summary>Merges the lines of one conflicted file out of its blobs.</summary>
public sealed class LineMerger(GitCli git, BlobReader blobs, LineEdits edits)
{
    /// <summary>Both sides' changes, as long as no line of the base was changed by both; null otherwise, and for binary files.</summary>
    public async Task<byte[]?> TouchingAsync(string repoPath, ConflictedBlobs file, CancellationToken cancellationToken)
    {
        if (!file.IsText || await ReadAsync(repoPath, file, cancellationToken) is not [var start, var ours, var theirs])
            return null;
        return HunkMerge.Merge(
            new TextLines(start), new TextLines(ours), new TextLines(theirs),
            await edits.BetweenAsync(repoPath, file.Start!.Blob, file.Ours!.Blob, cancellationToken),
            await edits.BetweenAsync(repoPath, file.Start.Blob, file.Theirs!.Blob, cancellationToken));
    }

    /// <summary>Both sides' lines wherever they differ, ours first; null when one side has no such file, and for binary files.</summary>
    public async Task<byte[]?> UnionAsync(string repoPath, ConflictedBlobs file, CancellationToken cancellationToken)
    {
        if (file.Ours is not { IsFile: true } || file.Theirs is not { IsFile: true }
            || await ReadAsync(repoPath, file, cancellationToken) is not [var start, var ours, var theirs])
            return null;
        string folder = ScratchFolder.Create();
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, "base"), start, cancellationToken);
            await File.WriteAllBytesAsync(Path.Combine(folder, "ours"), ours, cancellationToken);
            await File.WriteAllBytesAsync(Path.Combine(folder, "theirs"), theirs, cancellationToken);
            return (await git.RunAsync(new GitCommand(folder, "merge-file", "-p", "--union", "ours", "base", "theirs"), cancellationToken)).Output;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<byte[][]?> ReadAsync(string repoPath, ConflictedBlobs file, CancellationToken cancellationToken)
    {
        ConflictSide?[] sides = [file.Start, file.Ours, file.Theirs];
        IReadOnlyList<ReadOnlyMemory<byte>?> read = await blobs.ReadAsync(
            repoPath, [.. sides.OfType<ConflictSide>().Select(side => side.Blob)], null, cancellationToken);
        int next = 0;
        byte[][] contents = [.. sides.Select(side => side is null ? [] : read[next++]!.Value.ToArray())];
        return contents.Any(content => content.AsSpan().Contains((byte)0)) ? null : contents;
    }
}
