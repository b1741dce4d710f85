namespace Microsoft.DurableTask;

/// <summary>An activity as the engine sees it.</summary>
public interface ITaskActivity
{
    Type InputType { get; }

    Type OutputType { get; }

    Task<object?> RunAsync(TaskActivityContext context, object? input);
}

/// <summary>The base of class-based activities.</summary>
public abstract class TaskActivity<TInput, TOutput> : ITaskActivity
{
    Type ITaskActivity.InputType => typeof(TInput);

    Type ITaskActivity.OutputType => typeof(TOutput);

    public abstract Task<TOutput> RunAsync(TaskActivityContext context, TInput input);

    async Task<object?> ITaskActivity.RunAsync(TaskActivityContext context, object? input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await RunAsync(context, TaskInput.Cast<TInput>(input));
    }
}

/// <summary>What an activity knows about its call.</summary>
public abstract class TaskActivityContext
{
    public abstract TaskName Name { get; }

    public abstract string InstanceId { get; }

    public virtual string Version => string.Empty;
}

/// <summary>Makes activities of delegates.</summary>
public static class FuncTaskActivity
{
    public static TaskActivity<TInput, TOutput> Create<TInput, TOutput>(Func<TaskActivityContext, TInput, Task<TOutput>> implementation)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        return new Delegated<TInput, TOutput>(implementation);
    }

    private sealed class Delegated<TInput, TOutput>(Func<TaskActivityContext, TInput, Task<TOutput>> implementation) : TaskActivity<TInput, TOutput>
    {
        public override Task<TOutput> RunAsync(TaskActivityContext context, TInput input) => implementation(context, input);
    }
}
