using System.Globalization;
using Orchestra.Core;
using Orchestra.Core.Configuration;

namespace Orchestra.Activities.Agents.Admission;

/// <summary>Whether the machine has room for one more agent.</summary>
public sealed class MachineRoom(RunsConfig config, DataFolder data)
{
    private const long Megabyte = 1024 * 1024;
    private const string Available = "MemAvailable:";

    /// <summary>Null when there is.</summary>
    /// <param name="repoPath">Its objects grow, too.</param>
    public string? Shortage(string repoPath)
    {
        foreach (string folder in (string[])[data.Root, repoPath])
        {
            if (config.MinFreeDiskMb > 0 && FreeDiskMb(folder) < config.MinFreeDiskMb)
                return $"Less than {config.MinFreeDiskMb} MB are free on the disk of {folder} (runs.min_free_disk_mb). Make room there.";
        }
        return config.MinFreeMemoryMb > 0 && FreeMemoryMb() is { } free && free < config.MinFreeMemoryMb
            ? $"Less than {config.MinFreeMemoryMb} MB of memory are available (runs.min_free_memory_mb). End other programs."
            : null;
    }

    public long FreeDiskMb() => FreeDiskMb(data.Root);

    /// <summary>Null where the kernel does not tell.</summary>
    public static long? FreeMemoryMb() =>
        File.Exists("/proc/meminfo") && File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith(Available, StringComparison.Ordinal)) is { } line
            ? long.Parse(line.AsSpan(Available.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) / 1024
            : null;

    private static long FreeDiskMb(string folder) => new DriveInfo(folder).AvailableFreeSpace / Megabyte;
}
