namespace Orchestra.Activities.Processes;

/// <summary>Hears how a run goes.</summary>
public interface IRunObserver
{
    /// <summary>The run, which may have waited, begins.</summary>
    Task BegunAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>What it prints while it prints; at most every 500 ms and only when the line has changed.</summary>
    /// <param name="sessionId">The session that the run is a step of, otherwise the run's own id.</param>
    /// <param name="line">The last line that is not blank, at most 500 characters.</param>
    Task LastLineAsync(string sessionId, string line, CancellationToken cancellationToken);
}
