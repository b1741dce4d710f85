namespace Orchestra.Core.Configuration;

/// <summary>How what an agent left uncommitted comes to its branch.</summary>
public sealed class CommitConfig
{
    /// <summary>False: only an agent's own commits count; what it left beside them is kept under <c>refs/orchestra/wip/</c>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The author of these commits.</summary>
    public string AuthorName { get; set; } = "Agent Orchestra";

    public string AuthorEmail { get; set; } = "agents@agent-orchestra.local";

    /// <summary>Larger new files are left out and reported; common hosts refuse them from 100 MB on.</summary>
    public int MaxFileMb { get; set; } = 50;
}
