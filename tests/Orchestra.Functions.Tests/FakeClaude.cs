namespace Orchestra.Functions.Tests;

/// <summary>A script that behaves as the Claude Code CLI does: what its task says after <c>run:</c> it does.</summary>
internal static class FakeClaude
{
    public static readonly string Path = System.IO.Path.Combine(AppContext.BaseDirectory, "fake-claude.sh");
}
