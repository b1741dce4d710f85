namespace Orchestra.Activities.Processes;

/// <summary>Hears what a run prints while it prints; at most every 500 ms and only when the line has changed.</summary>
public interface IRunObserver
{
    /// <param name="sessionId">The session that the run is a step of, otherwise the run's own id.</param>
    /// <param name="line">The last line that is not blank, at most 500 characters.</param>
    Task LastLineAsync(string sessionId, string line, CancellationToken cancellationToken);
}
