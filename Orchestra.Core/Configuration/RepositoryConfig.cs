namespace Orchestra.Core.Configuration;

/// <summary>The file <c>.orchestra.yml</c> at a repository's top: what its owners decided for everybody who merges there.</summary>
public sealed class RepositoryConfig
{
    public RepositoryPipelineConfig Pipeline { get; set; } = new();
}

/// <summary>Keys of the configuration's own section that a repository may set; what it leaves out holds as configured.</summary>
public sealed class RepositoryPipelineConfig
{
    public string? Mechanical { get; set; }
    public List<string>? UnionFiles { get; set; }
    public List<GeneratedFilesConfig>? GeneratedFiles { get; set; }
}

public sealed class GeneratedFilesConfig
{
    /// <summary>Patterns.</summary>
    public List<string> Files { get; set; } = [];

    /// <summary>Writes them anew, run in a worktree at the merged sources; left out: ours are taken.</summary>
    public string? Regenerate { get; set; }
}
