using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Processes;

/// <summary>Hears how a run goes.</summary>
public interface IRunObserver
{
    /// <summary>The agent, which may have waited, begins.</summary>
    Task BegunAsync(AgentRun run, CancellationToken cancellationToken);

    /// <summary>The agent has come to an end, or must wait (<see cref="RunResult.Wait"/>).</summary>
    Task EndedAsync(AgentRun run, RunResult result, CancellationToken cancellationToken);

    /// <summary>The run's process was lost with a crash, a stop or an interruption; another one takes its place.</summary>
    /// <param name="sessionId">As for <see cref="LastLineAsync"/>.</param>
    /// <param name="at">When; names the attempt.</param>
    /// <param name="continues">Whether the client goes on with its work instead of starting over.</param>
    Task BegunAgainAsync(string sessionId, DateTimeOffset at, bool continues, CancellationToken cancellationToken);

    /// <summary>What it prints while it prints; at most every 500 ms and only when the line has changed.</summary>
    /// <param name="sessionId">The session that the run is a step of, otherwise the run's own id.</param>
    /// <param name="line">The last line that is not blank, at most 500 characters.</param>
    Task LastLineAsync(string sessionId, string line, CancellationToken cancellationToken);
}
