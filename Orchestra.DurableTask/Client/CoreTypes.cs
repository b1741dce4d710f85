namespace DurableTask.Core
{
    /// <summary>One run of an orchestration instance.</summary>
    public class OrchestrationInstance
    {
        public string InstanceId { get; set; } = string.Empty;

        public string? ExecutionId { get; set; }
    }

    /// <summary>The orchestration that started a sub-orchestration.</summary>
    public class ParentInstance
    {
        public string? Name { get; set; }

        public string? Version { get; set; }

        public OrchestrationInstance? OrchestrationInstance { get; set; }

        public int TaskScheduleId { get; set; }
    }

    /// <summary>The end state written in history.</summary>
    public enum OrchestrationStatus
    {
        Running = 0,
        Completed = 1,
        ContinuedAsNew = 2,
        Failed = 3,
        Canceled = 4,
        Terminated = 5,
        Pending = 6,
        Suspended = 7,
    }

    /// <summary>A failure as written in history.</summary>
    public class FailureDetails(string errorType, string errorMessage, string? stackTrace, FailureDetails? innerFailure, bool isNonRetriable, IDictionary<string, object?>? properties = null)
    {
        public string ErrorType { get; } = errorType;

        public string ErrorMessage { get; } = errorMessage;

        public string? StackTrace { get; } = stackTrace;

        public FailureDetails? InnerFailure { get; } = innerFailure;

        public bool IsNonRetriable { get; } = isNonRetriable;

        public IDictionary<string, object?>? Properties { get; } = properties;

        public override string ToString() => $"{ErrorType}: {ErrorMessage}";
    }
}

namespace DurableTask.Core.Exceptions
{
    /// <summary>An instance with this id exists and may not be replaced.</summary>
    public class OrchestrationAlreadyExistsException : Exception
    {
        public OrchestrationAlreadyExistsException()
        {
        }

        public OrchestrationAlreadyExistsException(string message)
            : base(message)
        {
        }

        public OrchestrationAlreadyExistsException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }
}
