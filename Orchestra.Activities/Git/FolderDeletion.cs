using Microsoft.Extensions.Logging;

namespace Orchestra.Activities.Git;

/// <summary>Deletes folders of which nothing is needed any more; what resists is logged, never a reason to fail a pipeline.</summary>
internal static class FolderDeletion
{
    public static void TryDelete(string path, ILogger logger)
    {
        try
        {
            Delete(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            GitLog.FolderNotDeleted(logger, path, problem);
        }
    }

    private static void Delete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            // Package caches are often read-only folders.
            MakeWritable(path);
            Directory.Delete(path, recursive: true);
        }
    }

    private static void MakeWritable(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
                File.SetAttributes(file, FileAttributes.Normal);
            return;
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string folder in Directory.EnumerateDirectories(path))
        {
            if (new DirectoryInfo(folder).LinkTarget is null)
                MakeWritable(folder);
        }
    }
}
