using System.Globalization;
using System.Text;

namespace Orchestra.Activities.Processes;

/// <summary>One process as <c>/proc/PID/stat</c> shows it.</summary>
/// <param name="Terminal">The number of its terminal; 0 when it has none.</param>
internal sealed record ProcessEntry(int Pid, char State, int Parent, int Group, int Session, int Terminal, ulong StartTicks)
{
    /// <summary>Has ended and only waits for its parent to take notice.</summary>
    public bool IsZombie => State is 'Z' or 'X';
}

/// <summary>Reads <c>/proc</c>. Processes end while they are looked at, so every answer may be null.</summary>
internal static class ProcessTable
{
    public static string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public static IReadOnlyList<ProcessEntry> All()
    {
        List<ProcessEntry> entries = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int pid) && Find(pid) is { } entry)
                entries.Add(entry);
        }
        return entries;
    }

    public static ProcessEntry? Find(int pid)
    {
        byte[]? bytes = ReadOrNull($"/proc/{pid}/stat");
        if (bytes is null) return null;

        // "pid (name) state ppid pgrp session ..."; the name may hold blanks and parentheses.
        string text = Encoding.Latin1.GetString(bytes);
        int nameEnd = text.LastIndexOf(')');
        if (nameEnd < 0) return null;
        string[] fields = text[(nameEnd + 2)..].Split(' ');
        if (fields.Length < 20) return null;
        return new ProcessEntry(pid, fields[0][0], Number(fields[1]), Number(fields[2]), Number(fields[3]), Number(fields[4]),
            ulong.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    /// <summary>The environment that the process was started with, entries separated by NUL; null when it cannot be read.</summary>
    public static byte[]? Environment(int pid) => ReadOrNull($"/proc/{pid}/environ");

    public static string? WorkingFolder(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget;
        }
        catch (Exception e) when (IsGone(e))
        {
            return null;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static byte[]? ReadOrNull(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (IsGone(e))
        {
            return null;
        }
    }

    // A process that ended, or one of another user, which cannot be a run's.
    private static bool IsGone(Exception e) => e is IOException or UnauthorizedAccessException;
}
