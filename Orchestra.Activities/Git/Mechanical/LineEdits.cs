using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestra.Activities.Git.Mechanical;

/// <summary>Asks git for the changes between two blobs, so that our hunks are cut where git's own are.</summary>
public sealed partial class LineEdits(GitCli git)
{
    public async Task<IReadOnlyList<LineEdit>> BetweenAsync(string repoPath, string from, string to, CancellationToken cancellationToken)
    {
        GitResult result = await git.RunAsync(
            new GitCommand(
                repoPath, "diff", "--unified=0", "--inter-hunk-context=0", "--text", "--no-color", "--no-ext-diff", "--no-textconv",
                "--diff-algorithm=histogram", "--end-of-options", from, to),
            cancellationToken);
        return [.. Headers().Matches(result.Text).Select(Read)];
    }

    private static LineEdit Read(Match header)
    {
        (int start, int end) = Range(header.Groups[1], header.Groups[2]);
        (int from, int to) = Range(header.Groups[3], header.Groups[4]);
        return new LineEdit(start, end, from, to);
    }

    // "line,count" from 1; with a count of 0 the line is the one before.
    private static (int Start, int End) Range(Group line, Group count)
    {
        int length = count.Success ? int.Parse(count.ValueSpan, CultureInfo.InvariantCulture) : 1;
        int start = int.Parse(line.ValueSpan, CultureInfo.InvariantCulture) - (length == 0 ? 0 : 1);
        return (start, start + length);
    }

    // Without context every line of content begins with a sign, so a line that begins so is a header.
    [GeneratedRegex(@"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", RegexOptions.Multiline)]
    private static partial Regex Headers();
}
