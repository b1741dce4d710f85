using System.Globalization;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Processes;

/// <summary>How the process of a run ended.</summary>
/// <param name="ByUs">We ended the run and know why; what it showed says nothing more.</param>
internal sealed record RunEnd(RunStatus Status, int? ExitCode, string? Error, bool ByUs = false)
{
    public static RunEnd Exited(int code) => code == 0
        ? new RunEnd(RunStatus.Completed, 0, null)
        : new RunEnd(RunStatus.Failed, code, $"exit code {code}");

    /// <param name="reason">Why, where the status does not say it.</param>
    public static RunEnd Stopped(RunStatus status, TimeSpan timeout, string? reason = null) => new(status, null, reason ?? status switch
    {
        RunStatus.TimedOut => string.Create(CultureInfo.InvariantCulture, $"Ended after the time limit of {timeout.TotalSeconds:0.###} s."),
        RunStatus.Cancelled => "Cancelled.",
        _ => null,
    }, ByUs: true);

    /// <summary>The supervisor is gone without a word: somebody killed it. That is no success, whatever the agent did.</summary>
    public static RunEnd Killed { get; } = new(RunStatus.Failed, null, "The process was killed; no exit code was recorded.");
}
