namespace Orchestra.Activities.Git;

/// <summary>A path with every symbolic link in it resolved, as the kernel would follow it.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40;

    /// <exception cref="IOException">Links that lead in circles.</exception>
    public static string Of(string path) => Of(path, 0);

    private static string Of(string path, int depth)
    {
        if (depth > MaxLinks)
            throw new IOException($"Too many symbolic links on the way to '{path}'.");

        string full = Path.GetFullPath(path);
        string real = Path.GetPathRoot(full)!;
        foreach (string part in full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(real, part);
            // A link's target may lead through links itself, so it is taken apart as well.
            real = new DirectoryInfo(next) is { LinkTarget: not null } link ? Of(link.ResolveLinkTarget(returnFinalTarget: true)!.FullName, depth + 1) : next;
        }

        return real;
    }
}
