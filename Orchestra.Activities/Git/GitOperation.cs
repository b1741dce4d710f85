namespace Orchestra.Activities.Git;

/// <summary>Multi-step git commands that a person has begun in a work tree and not finished.</summary>
public static class GitOperation
{
    private static readonly (string Mark, string Name, string Remedy)[] Known =
    [
        ("rebase-merge", "a rebase", "'git rebase --continue' or 'git rebase --abort'"),
        ("rebase-apply", "a rebase", "'git rebase --continue' or 'git rebase --abort' ('git am --abort' for a patch series)"),
        ("MERGE_HEAD", "a merge", "'git merge --continue' or 'git merge --abort'"),
        ("CHERRY_PICK_HEAD", "a cherry-pick", "'git cherry-pick --continue' or 'git cherry-pick --abort'"),
        ("REVERT_HEAD", "a revert", "'git revert --continue' or 'git revert --abort'"),
        ("BISECT_LOG", "a bisect", "'git bisect reset'"),
    ];

    /// <summary>"a rebase is in progress; finish it with ..." or null.</summary>
    public static string? InProgress(string gitFolder)
    {
        foreach ((string mark, string name, string remedy) in Known)
        {
            if (Path.Exists(Path.Combine(gitFolder, mark)))
                return $"{name} is in progress; finish it with {remedy}";
        }

        return null;
    }

    /// <summary>The branch that a rebase or bisect in this work tree will come back to, although HEAD is detached meanwhile.</summary>
    public static string? BranchToReturnTo(string gitFolder)
    {
        foreach (string file in (string[])["rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"])
        {
            string path = Path.Combine(gitFolder, file);
            if (File.Exists(path))
                return GitNames.FullBranch(File.ReadAllText(path).Trim());
        }

        return null;
    }
}
