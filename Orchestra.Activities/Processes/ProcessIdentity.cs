using System.Globalization;

namespace Orchestra.Activities.Processes;

/// <summary>A process that cannot be mistaken for a later one with the same number.</summary>
/// <param name="StartTicks">Clock ticks after boot, from <c>/proc/PID/stat</c>.</param>
/// <param name="BootId">From <c>/proc/sys/kernel/random/boot_id</c>; ticks of two boots must not be compared.</param>
internal sealed record ProcessIdentity(int Pid, ulong StartTicks, string BootId)
{
    /// <summary>Reads the line that the supervisor wrote; null when it has another form.</summary>
    public static ProcessIdentity? Parse(string text)
    {
        string[] parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length == 3
            && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int pid)
            && ulong.TryParse(parts[1], CultureInfo.InvariantCulture, out ulong ticks)
            ? new ProcessIdentity(pid, ticks, parts[2])
            : null;
    }

    /// <summary>Whether this very process still runs; a zombie does not.</summary>
    public bool IsAlive() =>
        BootId == ProcessTable.BootId && ProcessTable.Find(Pid) is { IsZombie: false } entry && entry.StartTicks == StartTicks;
}
