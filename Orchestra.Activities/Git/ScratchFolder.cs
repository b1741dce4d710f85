using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestra.Activities.Processes;

namespace Orchestra.Activities.Git;

/// <summary>
/// Folders for files that live for moments: in memory where the system has a place for that, as hundreds of small files are slow on a disk.
/// Each has its process in its name, so that what a killed one left is known for what it is and taken away by the next.
/// </summary>
internal static class ScratchFolder
{
    private const string InMemory = "/dev/shm";
    private const string Prefix = "orchestra-scratch";
    private const long Room = 1L << 30;

    // What the number of a process means depends on its container.
    private static readonly string Container = new FileInfo("/proc/self/ns/pid").LinkTarget is { } link ? string.Concat(link.Where(char.IsAsciiDigit)) : "0";

    private static readonly string Own = string.Create(
        CultureInfo.InvariantCulture, $"{Prefix}-{Container}-{Environment.ProcessId}-{ProcessTable.Find(Environment.ProcessId)?.StartTicks ?? 0}-");

    static ScratchFolder()
    {
        foreach (string place in new[] { InMemory, Path.GetTempPath() })
            Sweep(place);
    }

    public static string Create()
    {
        string name = Own + Guid.NewGuid().ToString("N");
        try
        {
            if (OperatingSystem.IsLinux() && Directory.Exists(InMemory) && new DriveInfo(InMemory).AvailableFreeSpace > Room)
                return Make(Path.Combine(InMemory, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No place of ours there; the disk does as well.
        }

        return Make(Path.Combine(Path.GetTempPath(), name));
    }

    /// <summary>Takes away what processes that are gone left in a place.</summary>
    public static void Sweep(string place)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(place))
            return;
        foreach (string folder in Directory.EnumerateDirectories(place, $"{Prefix}-{Container}-*"))
        {
            string[] parts = Path.GetFileName(folder).Split('-');
            if (parts.Length == 6
                && int.TryParse(parts[3], CultureInfo.InvariantCulture, out int pid)
                && ulong.TryParse(parts[4], CultureInfo.InvariantCulture, out ulong ticks)
                && ProcessTable.Find(pid)?.StartTicks != ticks)
            {
                FolderDeletion.TryDelete(folder, NullLogger.Instance);
            }
        }
    }

    private static string Make(string path) => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(path).FullName
        : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
}
