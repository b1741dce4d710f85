namespace Orchestra.Activities.Git;

/// <summary>A git command failed; the message carries what a person needs to see why.</summary>
public sealed class GitException(string command, int? exitCode, string error)
    : Exception($"{command} {(exitCode is null ? "did not finish" : $"ended with exit code {exitCode}")}: {error}")
{
    /// <summary>The command line, for reading only.</summary>
    public string Command { get; } = command;

    /// <summary>Null when git could not be started or ran into its timeout.</summary>
    public int? ExitCode { get; } = exitCode;

    /// <summary>What git wrote on standard error.</summary>
    public string Error { get; } = error;
}
