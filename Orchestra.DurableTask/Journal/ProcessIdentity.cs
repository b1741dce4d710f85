using System.Globalization;

namespace Orchestra.DurableTask.Journal;

/// <summary>
/// Names a process so that a later one on the same machine can prove it dead without waiting for its leases to expire:
/// a pid alone may be in use again, so the start time and the boot belong to it.
/// </summary>
internal sealed record ProcessIdentity(long Pid, string Started, string Boot)
{
    private const string Unknown = "?";
    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    public static ProcessIdentity Current { get; } = new(Environment.ProcessId, OwnStart(), BootId());

    /// <summary>True only with proof; when in doubt the expiry decides.</summary>
    public bool IsProvablyDead()
        => Boot.Length > 0 && Started.Length > 0 && Boot == Current.Boot && StartOf(Pid) is var start && start != Unknown && start != Started;

    /// <summary>Where there is no /proc, nothing can be proved.</summary>
    private static string OwnStart() => StartOf(Environment.ProcessId) is { } start and not Unknown ? start : "";

    /// <summary>Field 22 of /proc/pid/stat; the second field may hold blanks and brackets, so count from its end.</summary>
    private static string? StartOf(long pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');

            // A zombie still has its entry but runs nothing.
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return Unknown;
        }
    }

    /// <summary>The boot, together with the pid namespace: containers on one kernel see different processes.</summary>
    private static string BootId()
    {
        try
        {
            string boot = File.ReadAllText(BootFile).Trim();
            string? space = new FileInfo("/proc/self/ns/pid").LinkTarget;
            return space is null ? "" : boot + " " + space;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
