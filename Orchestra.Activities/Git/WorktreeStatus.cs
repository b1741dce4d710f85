namespace Orchestra.Activities.Git;

/// <param name="IsNew">Not in the head commit, staged or not.</param>
/// <param name="IsStaged">In the index other than in the head commit.</param>
/// <param name="IsSubmodule">A repository inside the worktree that the index knows.</param>
/// <param name="IsUnmerged">Still marked as conflicted.</param>
public sealed record StatusEntry(string Path, bool IsNew, bool IsStaged, bool IsSubmodule, bool IsUnmerged);

/// <summary>Reads <c>git status --porcelain=v2 -z --no-renames</c>.</summary>
public static class WorktreeStatus
{
    public static readonly IReadOnlyList<string> Arguments =
        ["status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=none"];

    public static IEnumerable<StatusEntry> Parse(GitResult result)
    {
        foreach (string line in result.Fields)
        {
            switch (line[0])
            {
                case '?':
                    yield return new StatusEntry(line[2..], true, false, false, false);
                    break;
                case '1':
                    string[] changed = line.Split(' ', 9);
                    yield return new StatusEntry(changed[8], changed[3] == "000000", changed[1][0] != '.', changed[2][0] == 'S', false);
                    break;
                case 'u':
                    string[] unmerged = line.Split(' ', 11);
                    yield return new StatusEntry(unmerged[10], false, true, unmerged[2][0] == 'S', true);
                    break;
            }
        }
    }
}
