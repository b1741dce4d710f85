namespace Orchestra.Activities.Git;

/// <summary>Folders for files that live for moments: in memory where the system has a place for that, as hundreds of small files are slow on a disk.</summary>
internal static class ScratchFolder
{
    private const string InMemory = "/dev/shm";
    private const long Room = 1L << 30;

    public static string Create(string prefix)
    {
        try
        {
            if (OperatingSystem.IsLinux() && Directory.Exists(InMemory) && new DriveInfo(InMemory).AvailableFreeSpace > Room)
            {
                string folder = Path.Combine(InMemory, prefix + Guid.NewGuid().ToString("N"));
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                return folder;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No place of ours there; the disk does as well.
        }

        return Directory.CreateTempSubdirectory(prefix).FullName;
    }
}
