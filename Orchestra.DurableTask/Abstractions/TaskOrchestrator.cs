namespace Microsoft.DurableTask;

/// <summary>An orchestrator as the engine sees it.</summary>
public interface ITaskOrchestrator
{
    Type InputType { get; }

    Type OutputType { get; }

    Task<object?> RunAsync(TaskOrchestrationContext context, object? input);
}

/// <summary>The base of class-based orchestrators.</summary>
public abstract class TaskOrchestrator<TInput, TOutput> : ITaskOrchestrator
{
    Type ITaskOrchestrator.InputType => typeof(TInput);

    Type ITaskOrchestrator.OutputType => typeof(TOutput);

    public abstract Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input);

    async Task<object?> ITaskOrchestrator.RunAsync(TaskOrchestrationContext context, object? input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await RunAsync(context, TaskInput.Cast<TInput>(input));
    }
}

/// <summary>Makes orchestrators of delegates.</summary>
public static class FuncTaskOrchestrator
{
    public static TaskOrchestrator<TInput, TOutput> Create<TInput, TOutput>(Func<TaskOrchestrationContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        return new Delegated<TInput, TOutput>(implementation);
    }

    private sealed class Delegated<TInput, TOutput>(Func<TaskOrchestrationContext, TInput, Task<TOutput>> implementation) : TaskOrchestrator<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input) => implementation(context, input);
    }
}

/// <summary>Brings an untyped input to the declared type.</summary>
internal static class TaskInput
{
    public static T Cast<T>(object? input) => input switch
    {
        null => default!,
        T typed => typed,
        _ => throw new ArgumentException($"The input is of type '{input.GetType()}', but '{typeof(T)}' is declared.", nameof(input)),
    };
}
