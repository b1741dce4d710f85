using System.ComponentModel;

namespace Microsoft.DurableTask;

/// <summary>A declarative retry policy with exponential back-off.</summary>
public class RetryPolicy
{
    private readonly Func<TaskFailureDetails, bool>? failureFilter;

    public RetryPolicy(int maxNumberOfAttempts, TimeSpan firstRetryInterval, double backoffCoefficient = 1, TimeSpan? maxRetryInterval = null, TimeSpan? retryTimeout = null)
    {
        TimeSpan max = maxRetryInterval ?? TimeSpan.FromHours(1);
        TimeSpan timeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
        if (maxNumberOfAttempts < 1)
            throw new ArgumentOutOfRangeException(nameof(maxNumberOfAttempts), maxNumberOfAttempts, "At least one attempt is needed.");
        if (firstRetryInterval <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(firstRetryInterval), firstRetryInterval, "The interval must be positive.");
        if (!(backoffCoefficient >= 1.0))
            throw new ArgumentOutOfRangeException(nameof(backoffCoefficient), backoffCoefficient, "The coefficient must be at least 1.0.");
        if (max < firstRetryInterval && max != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(maxRetryInterval), maxRetryInterval, "The longest interval must not be below the first.");
        if (timeout < firstRetryInterval && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(retryTimeout), retryTimeout, "The timeout must not be below the first interval.");

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = max;
        RetryTimeout = timeout;
    }

    public int MaxNumberOfAttempts { get; }

    public TimeSpan FirstRetryInterval { get; }

    public double BackoffCoefficient { get; }

    public TimeSpan MaxRetryInterval { get; }

    public TimeSpan RetryTimeout { get; }

    [EditorBrowsable(EditorBrowsableState.Never)]
    public Func<Exception, bool> Handle { get; private init; } = _ => true;

    [Obsolete("Use HandleFailure.")]
    public Func<Exception, Task<bool>>? HandleAsync { get; set; }

    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            failureFilter = value;
            Handle = exception => value(exception is TaskFailedException failed ? failed.FailureDetails : TaskFailureDetails.FromException(exception));
        }
    }

    /// <summary>Whether the policy lets this failure be retried.</summary>
    internal bool Handles(TaskFailureDetails failure) => failureFilter is null || failureFilter(failure);
}
