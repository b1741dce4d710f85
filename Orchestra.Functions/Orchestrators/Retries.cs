using Microsoft.DurableTask;
using Orchestra.Core;

namespace Orchestra.Functions.Orchestrators;

/// <summary>Retry policies for activities whose re-run is harmless.</summary>
internal static class Retries
{
    /// <summary>For git and the store: a busy disk or a lock passes; bad input does not.</summary>
    public static readonly TaskOptions Git = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 4, firstRetryInterval: TimeSpan.FromMilliseconds(500), backoffCoefficient: 3)
    {
        HandleFailure = failure => failure.ErrorType != typeof(InputProblem).FullName,
    });

    /// <summary>About ten minutes, for what is done because the store has just failed for longer than <see cref="Git"/>.</summary>
    public static readonly TaskOptions Patient = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 15, firstRetryInterval: TimeSpan.FromMilliseconds(500), backoffCoefficient: 3, maxRetryInterval: TimeSpan.FromMinutes(1)));
}
