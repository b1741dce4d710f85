namespace Orchestra.DurableTask;

/// <summary>Settings of the embedded backend.</summary>
public sealed class EmbeddedOptions
{
    /// <summary>The journal file; null keeps everything in memory and loses it at the end of the process.</summary>
    public string? Path { get; set; }

    /// <summary>How commits reach the disk.</summary>
    public SynchronousMode Synchronous { get; set; } = SynchronousMode.Full;

    /// <summary>How long a process that stops responding keeps its work. A process that is provably gone loses it at once.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often to look for what other processes did to the file.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Activities at once; null: what the worker's concurrency options say.</summary>
    public int? MaxConcurrentActivities { get; set; }

    /// <summary>Turns at once; null: what the worker's concurrency options say.</summary>
    public int? MaxConcurrentOrchestrations { get; set; }

    /// <summary>How many unfinished instances keep their live state in memory; others are replayed when something happens to them.</summary>
    public int MaxWarmInstances { get; set; } = 20_000;

    /// <summary>How often to try an instance or activity that cannot be processed before it is failed.</summary>
    public int MaxAttempts { get; set; } = 10;

    /// <summary>Whether a start without a list of blocking statuses replaces an instance that has not ended.</summary>
    public bool ReplaceUnfinished { get; set; }

    /// <summary>How long a stopping worker waits for activities that heed their cancellation.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait for others to end their writing before a write fails.</summary>
    internal TimeSpan LockPatience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Replays every turn from history; a test of determinism.</summary>
    internal bool ForceReplay { get; set; }
}

/// <summary>SQLite's ways of writing to disk.</summary>
public enum SynchronousMode
{
    /// <summary>Every commit is on disk before anything is done that follows from it.</summary>
    Full = 0,

    /// <summary>Faster; after a power failure the last commits may be missing. A crash of the process loses nothing.</summary>
    Normal = 1,

    /// <summary>The operating system writes when it likes; for tests.</summary>
    Off = 2,
}
