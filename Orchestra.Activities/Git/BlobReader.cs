using System.Globalization;
using System.Text;

namespace Orchestra.Activities.Git;

/// <summary>Reads many files of trees with one process.</summary>
public sealed class BlobReader(GitCli git)
{
    /// <summary>Per name, such as <c>tree:path</c>, the content; null when there is no such file.</summary>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
        string repoPath, IReadOnlyList<string> names, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
            return [];
        var command = new GitCommand(repoPath, "cat-file", "--batch", "-z")
        {
            Input = GitCommand.NulSeparated(names),
            Environment = environment ?? new Dictionary<string, string>(),
        };
        ReadOnlyMemory<byte> rest = (await git.RunAsync(command, cancellationToken)).Output;
        var contents = new List<ReadOnlyMemory<byte>?>(names.Count);
        foreach (string name in names)
            contents.Add(Next(name, ref rest));
        return contents;
    }

    // "<object> <type> <size>\n<content>\n", or "<name> missing\n" where the name may itself contain a line break.
    private static ReadOnlyMemory<byte>? Next(string name, ref ReadOnlyMemory<byte> rest)
    {
        byte[] missing = Encoding.UTF8.GetBytes($"{name} missing\n");
        if (rest.Span.StartsWith(missing))
        {
            rest = rest[missing.Length..];
            return null;
        }

        int end = rest.Span.IndexOf((byte)'\n');
        string[] header = Encoding.ASCII.GetString(rest.Span[..end]).Split(' ');
        if (header.Length < 3)
        {
            // A submodule's commit is not in this repository.
            rest = rest[(end + 1)..];
            return null;
        }

        int size = int.Parse(header[2], CultureInfo.InvariantCulture);
        ReadOnlyMemory<byte> content = rest.Slice(end + 1, size);
        rest = rest[(end + size + 2)..];
        return header[1] == "blob" ? content : null;
    }
}
