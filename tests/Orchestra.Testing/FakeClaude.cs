namespace Orchestra.Testing;

/// <summary>A script that behaves as the Claude Code CLI does: what its task says after <c>run:</c> it does.</summary>
public static class FakeClaude
{
    public static readonly string Path = System.IO.Path.Combine(AppContext.BaseDirectory, "fake-claude.sh");
}
