namespace Orchestra.Activities.Git;

/// <summary>A repository inside a worktree: git takes nothing of it into the outer one.</summary>
internal static class NestedRepository
{
    /// <summary>Whether anything was ever done in it: a file, or an object of a commit or a stash.</summary>
    public static bool HasContent(string path)
    {
        if (!Directory.Exists(path))
            return false;
        string own = Path.Combine(path, ".git");
        if (Directory.EnumerateFileSystemEntries(path).Any(entry => entry.TrimEnd('/') != own))
            return true;
        string objects = Path.Combine(own, "objects");
        return File.Exists(own) || (Directory.Exists(objects) && Directory.EnumerateFiles(objects, "*", SearchOption.AllDirectories).Any());
    }
}
