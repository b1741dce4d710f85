using System.Reflection;
using System.Runtime.CompilerServices;

namespace Microsoft.DurableTask;

/// <summary>A failure as data: its type by name, its message, its cause.</summary>
public record TaskFailureDetails(string ErrorType, string ErrorMessage, string? StackTrace, TaskFailureDetails? InnerFailure, IDictionary<string, object?>? Properties)
{
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool IsCausedBy<T>() where T : Exception => IsCausedBy(typeof(T), Assembly.GetCallingAssembly());

    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool IsCausedBy(Type targetBaseExceptionType)
    {
        ArgumentNullException.ThrowIfNull(targetBaseExceptionType);
        if (!typeof(Exception).IsAssignableFrom(targetBaseExceptionType))
            throw new ArgumentException($"'{targetBaseExceptionType}' is not an exception type.", nameof(targetBaseExceptionType));
        return IsCausedBy(targetBaseExceptionType, Assembly.GetCallingAssembly());
    }

    public static TaskFailureDetails FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return FromException(exception, null);
    }

    /// <summary>As the public form, with properties asked for at every level.</summary>
    internal static TaskFailureDetails FromException(Exception exception, Func<Exception, IDictionary<string, object?>?>? properties) => new(
        exception.GetType().ToString(),
        exception.Message,
        exception.StackTrace,
        exception.InnerException is { } inner ? FromException(inner, properties) : null,
        properties?.Invoke(exception));

    private bool IsCausedBy(Type target, Assembly caller)
    {
        Type? type = Type.GetType(ErrorType, throwOnError: false)
            ?? target.Assembly.GetType(ErrorType, throwOnError: false)
            ?? caller.GetType(ErrorType, throwOnError: false);
        if (type is null)
        {
            List<Type> hits = [];
            foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
            {
                if (assembly.GetType(ErrorType, throwOnError: false) is { } hit)
                    hits.Add(hit);
            }

            if (hits.Count > 1)
                throw new AmbiguousMatchException($"Several loaded assemblies define the exception type '{ErrorType}'.");
            type = hits.Count == 1 ? hits[0] : null;
        }

        return type is not null && target.IsAssignableFrom(type);
    }
}

/// <summary>Thrown into an orchestrator when an activity or sub-orchestration has failed.</summary>
public sealed class TaskFailedException : Exception
{
    public TaskFailedException(string taskName, int taskId, Exception innerException)
        : base(Describe(taskName, taskId, innerException?.Message), innerException)
    {
        ArgumentNullException.ThrowIfNull(innerException);
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = TaskFailureDetails.FromException(innerException);
    }

    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : base(Describe(taskName, taskId, failureDetails?.ErrorMessage))
    {
        ArgumentNullException.ThrowIfNull(failureDetails);
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = failureDetails;
    }

    public string TaskName { get; }

    public int TaskId { get; }

    public TaskFailureDetails FailureDetails { get; }

    [Obsolete("Use FailureDetails.IsCausedBy.")]
    public bool IsCausedByException<T>() where T : Exception => FailureDetails.IsCausedBy<T>();

    private static string Describe(string name, int id, string? cause) => string.IsNullOrEmpty(cause)
        ? $"Task '{name}' (#{id}) failed with an unhandled exception."
        : $"Task '{name}' (#{id}) failed with an unhandled exception: {cause}";
}
