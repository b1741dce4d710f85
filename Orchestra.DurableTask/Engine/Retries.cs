using Microsoft.DurableTask;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>
/// Runs an action until it succeeds or its retry options say to stop. What follows a failed attempt is marked with the attempt's
/// number + 1 (0: none), so that a rewind can tell failures that were dealt with from those that were not.
/// </summary>
internal static class Retries
{
    public static Task<string?> Run(EmbeddedOrchestrationContext context, TaskName name, TaskRetryOptions? retry, Func<int, OpenTask> begin) => retry switch
    {
        { Policy: { } policy } => RunPolicy(context, name, policy, begin),
        { Handler: { } handler } => RunHandler(context, name, handler, begin),
        _ => RunOnce(name, begin),
    };

    private static async Task<string?> RunOnce(TaskName name, Func<int, OpenTask> begin)
    {
        OpenTask task = begin(0);
        Outcome outcome = await task.Source.Task;
        return outcome.Failure is null ? outcome.Data : throw Exception(name, task, outcome.Failure);
    }

    private static async Task<string?> RunPolicy(EmbeddedOrchestrationContext context, TaskName name, RetryPolicy policy, Func<int, OpenTask> begin)
    {
        DateTime first = context.CurrentUtcDateTime;
        for (int attempt = 0; ; attempt++)
        {
            OpenTask task = begin(0);
            Outcome outcome = await task.Source.Task;
            if (outcome.Failure is null)
                return outcome.Data;

            TaskFailedException failed = Exception(name, task, outcome.Failure);
            if (outcome.Failure.NonRetriable || !IsWanted(policy, failed) || IsLate(policy, first, context.CurrentUtcDateTime))
                throw failed;

            // The reference sets a timer even after the last attempt; its number is part of the history's shape.
            bool last = attempt + 1 >= policy.MaxNumberOfAttempts;
            await context.Timer(context.CurrentUtcDateTime + (last ? TimeSpan.Zero : Delay(policy, attempt)), CancellationToken.None, task.Id + 1, last);
            if (last)
                throw failed;
        }
    }

    private static async Task<string?> RunHandler(EmbeddedOrchestrationContext context, TaskName name, AsyncRetryHandler handler, Func<int, OpenTask> begin)
    {
        DateTime first = context.CurrentUtcDateTime;
        int failedBefore = 0;
        for (int attempt = 1; ; attempt++)
        {
            OpenTask task = begin(failedBefore);
            Outcome outcome = await task.Source.Task;
            if (outcome.Failure is null)
                return outcome.Data;

            TaskFailedException failed = Exception(name, task, outcome.Failure);
            if (outcome.Failure.NonRetriable)
                throw failed;
            var retry = new RetryContext(context, attempt, failed.FailureDetails, context.CurrentUtcDateTime - first, CancellationToken.None);
            if (!await handler(retry))
                throw failed;
            failedBefore = task.Id + 1;
        }
    }

    private static TaskFailedException Exception(TaskName name, OpenTask task, Failure failure) => new(name.Name, task.Id, failure.ToDetails());

    private static bool IsWanted(RetryPolicy policy, TaskFailedException failed)
    {
        try
        {
            return policy.Handle(failed);
        }
        catch (Exception)
        {
            return false;
        }
    }

    private static bool IsLate(RetryPolicy policy, DateTime first, DateTime now)
        => policy.RetryTimeout != Timeout.InfiniteTimeSpan && policy.RetryTimeout != TimeSpan.MaxValue && now >= first + policy.RetryTimeout;

    private static TimeSpan Delay(RetryPolicy policy, int attempt)
    {
        double wanted = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt);
        double most = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.FromDays(3650).TotalMilliseconds : policy.MaxRetryInterval.TotalMilliseconds;
        return TimeSpan.FromMilliseconds(Math.Min(wanted, most));
    }
}
