using System.Globalization;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Processes;

/// <summary>How the process of a run ended.</summary>
internal sealed record RunEnd(RunStatus Status, int? ExitCode, string? Error)
{
    public static RunEnd Exited(int code) => code == 0
        ? new RunEnd(RunStatus.Completed, 0, null)
        : new RunEnd(RunStatus.Failed, code, $"exit code {code}");

    public static RunEnd Stopped(RunStatus status, TimeSpan timeout) => new(status, null, status switch
    {
        RunStatus.TimedOut => string.Create(CultureInfo.InvariantCulture, $"Ended after the time limit of {timeout.TotalSeconds:0.###} s."),
        RunStatus.Cancelled => "Cancelled.",
        _ => null,
    });

    /// <summary>The supervisor is gone without a word: somebody killed it. That is no success, whatever the agent did.</summary>
    public static RunEnd Killed { get; } = new(RunStatus.Failed, null, "The process was killed; no exit code was recorded.");
}
