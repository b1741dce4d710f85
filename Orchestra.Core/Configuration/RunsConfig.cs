namespace Orchestra.Core.Configuration;

/// <summary>What is done around every run of an agent.</summary>
public sealed class RunsConfig
{
    /// <summary>Agents that run at the same time, of all projects; 0: as many as there are.</summary>
    public int MaxParallelAgents { get; set; } = 16;

    /// <summary>Megabytes that must be free on the disks of data folder and repository before an agent starts; 0: no matter.</summary>
    public int MinFreeDiskMb { get; set; } = 1024;

    /// <summary>Megabytes of memory that must be available before an agent starts; 0: no matter.</summary>
    public int MinFreeMemoryMb { get; set; } = 512;

    /// <summary>Whether a person is asked for more when a budget of a project or one of its agents is used up; otherwise what runs is ended.</summary>
    public bool AskOverBudget { get; set; } = true;

    public CommitConfig Commit { get; set; } = new();

    /// <summary>Seconds between snapshots of uncommitted work; 0: none.</summary>
    public int SnapshotSeconds { get; set; } = 60;

    public SandboxConfig Sandbox { get; set; } = new();

    /// <summary>By default Rust's: without it every worktree compiles all dependencies into a folder of its own, until the disk is full.</summary>
    public List<BuildCacheConfig> BuildCaches { get; set; } =
        [new() { When = "Cargo.toml", Env = new() { ["CARGO_TARGET_DIR"] = $"{BuildCacheConfig.Placeholder}/cargo" }, Remove = ["target"] }];
}

/// <summary>A build cache that all worktrees of a repository share.</summary>
public sealed class BuildCacheConfig
{
    /// <summary>Stands in <see cref="Env"/> for the repository's folder for caches in the data folder.</summary>
    public const string Placeholder = "{cache}";

    /// <summary>The cache is for repositories that have this file, a path from the top folder.</summary>
    public string When { get; set; } = "";

    /// <summary>Environment variables of agents, builds and tests.</summary>
    public Dictionary<string, string> Env { get; set; } = [];

    /// <summary>Folders, paths from the top folder, that are removed from a worktree when its agent has ended; never what git tracks.</summary>
    public List<string> Remove { get; set; } = [];
}
