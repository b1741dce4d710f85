using System.Text;

namespace Orchestra.Bench;

/// <summary>
/// A repository with branches of parallel work, the same for the same numbers: each branch changes a few files of its own; some also
/// change a line that others change, and some append to a list that others append to.
/// </summary>
internal static class GeneratedBranches
{
    private const int Lines = 40;

    public static async Task<MergeSet> CreateAsync(string path, int files, int branches)
    {
        await Processes.RunAsync("git", "init", "--quiet", "--bare", "--initial-branch=main", path);
        var random = new Random(files + branches);
        var stream = new StringBuilder();
        Commit(stream, "main", null, Enumerable.Range(0, files).Select(i => (PathOf(i), Content(i, null))).Append(("list.txt", "first\n")));
        for (int branch = 0; branch < branches; branch++)
        {
            var changed = new Dictionary<string, string>();
            for (int n = 0; n < 3; n++)
            {
                int file = random.Next(files);
                changed[PathOf(file)] = Content(file, random.Next(Lines));
            }

            if (branch % 4 == 1)
                changed["list.txt"] = $"first\nbranch {branch}\n";
            if (branch % 8 == 3)
                changed[PathOf(0)] = Content(0, 7);
            Commit(stream, $"branch-{branch}", "refs/heads/main", changed.Select(file => (file.Key, file.Value.Replace("changed", $"changed by {branch}"))));
        }

        await Processes.RunWithInputAsync(stream.ToString(), "git", "-C", path, "fast-import", "--quiet");
        string[] refs = (await Processes.ReadAsync("git", "-C", path, "for-each-ref", "--sort=version:refname", "--format=%(objectname)", "refs/heads"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new MergeSet(refs[^1], refs[..^1]);
    }

    private static string PathOf(int file) => $"folder-{file / 100:000}/file-{file:00000}.txt";

    private static string Content(int file, int? changedLine) => string.Concat(
        Enumerable.Range(0, Lines).Select(line => line == changedLine ? $"line {line} of {file}, changed\n" : $"line {line} of {file}\n"));

    private static void Commit(StringBuilder stream, string branch, string? from, IEnumerable<(string Path, string Content)> files)
    {
        stream.Append($"commit refs/heads/{branch}\ncommitter bench <bench@orchestra.invalid> 1700000000 +0000\ndata {branch.Length}\n{branch}\n");
        if (from is not null)
            stream.Append($"from {from}\n");
        foreach ((string path, string content) in files)
            stream.Append($"M 100644 inline {path}\ndata {content.Length}\n{content}\n");
    }
}
