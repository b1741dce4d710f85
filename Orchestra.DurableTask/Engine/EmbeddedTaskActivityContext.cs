using Microsoft.DurableTask;

namespace Orchestra.DurableTask.Engine;

/// <summary>An activity's view of its invocation; hosts and activities may cast to it for what the public type lacks.</summary>
internal sealed class EmbeddedTaskActivityContext(string name, string version, string instanceId, int taskId, string? serializedInput, IServiceProvider services, CancellationToken cancellationToken)
    : TaskActivityContext
{
    public override TaskName Name { get; } = new(name);

    public override string InstanceId => instanceId;

    public override string Version => version;

    /// <summary>Number of the call within its orchestration: the same whenever the activity is run again.</summary>
    public int TaskId => taskId;

    /// <summary>The input as JSON; null when there is none.</summary>
    public string? SerializedInput => serializedInput;

    /// <summary>The scope of this invocation.</summary>
    public IServiceProvider Services => services;

    /// <summary>Signals shutdown only, not the end of the orchestration.</summary>
    public CancellationToken CancellationToken => cancellationToken;
}
