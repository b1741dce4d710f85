using System.Globalization;
using System.Text;

namespace Orchestra.CrashWorker;

/// <summary>One line for every run of an activity, in a file of each process, written so that a killed process loses none.</summary>
public sealed class ActivityLog : IDisposable
{
    private readonly Lock gate = new();
    private readonly FileStream file;
    private readonly string failures;

    public ActivityLog(string folder)
    {
        file = new FileStream(Path.Combine(folder, $"{Guid.NewGuid():N}.runs"), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        failures = Directory.CreateDirectory(Path.Combine(folder, "failures")).FullName;
    }

    /// <summary>Notes a run and gives it a name that no other run has.</summary>
    public string Add(string key)
    {
        string token = Guid.NewGuid().ToString("N");
        string line = string.Create(CultureInfo.InvariantCulture, $"{key} {token} {Environment.ProcessId} {DateTime.UtcNow.Ticks}");
        lock (gate)
        {
            file.Write(Encoding.UTF8.GetBytes(line + "\n"));
            Console.Out.WriteLine("ran");
        }

        return $"{key} {token}";
    }

    /// <summary>How often this was asked for the key before, whatever became of the processes that asked.</summary>
    public int Count(string key)
    {
        using var counter = new FileStream(Path.Combine(failures, key.Replace('/', '-')), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        int before = (int)counter.Length;
        counter.WriteByte((byte)'.');
        return before;
    }

    /// <summary>What all processes ran, in order of time.</summary>
    public static List<ActivityRun> Read(string folder)
        => [.. Directory.EnumerateFiles(folder, "*.runs").SelectMany(File.ReadLines).Select(line => line.Split(' ')).Select(parts => new ActivityRun(
            parts[0],
            parts[1],
            int.Parse(parts[2], CultureInfo.InvariantCulture),
            new DateTime(long.Parse(parts[3], CultureInfo.InvariantCulture), DateTimeKind.Utc))).OrderBy(run => run.At)];

    public void Dispose() => file.Dispose();
}

/// <summary>One run of an activity: what for, under which name, in which process and when it began.</summary>
public sealed record ActivityRun(string Key, string Token, int Process, DateTime At);
