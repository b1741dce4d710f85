namespace Orchestra.Cli;

/// <summary>What a person is told in place of a stack trace: the problem and the fix. Ends the command with <see cref="ExitCode"/>.</summary>
public class CliError(string message, int exitCode = ExitCodes.Failure) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>Exit codes of every command.</summary>
public static class ExitCodes
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Usage = 2;

    /// <summary>A decision waits and nobody is there to be asked.</summary>
    public const int DecisionWaits = 3;

    /// <summary>Ended by Ctrl-C, as shells count it.</summary>
    public const int Interrupted = 130;
}
