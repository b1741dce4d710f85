using System.Diagnostics.CodeAnalysis;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;

namespace Orchestra.DurableTask.Engine;

/// <summary>
/// Where the engine finds code by name and version. Registered in DI it replaces the worker's registry, so that a host with its own
/// way of invoking functions can put itself in between. What it gives may also be an <see cref="IRawTask"/>.
/// </summary>
internal interface ITaskFactory
{
    bool TryCreateOrchestrator(TaskName name, string version, IServiceProvider scope, [NotNullWhen(true)] out ITaskOrchestrator? orchestrator);

    bool TryCreateActivity(TaskName name, string version, IServiceProvider scope, [NotNullWhen(true)] out ITaskActivity? activity);
}

/// <summary>Marks an orchestrator or activity that takes its input as the raw JSON text (string or null) and converts it by itself.</summary>
internal interface IRawTask;

/// <summary>A result that is JSON already.</summary>
internal sealed record RawResult(string? Json);

/// <summary>The tasks registered with a worker.</summary>
internal sealed class RegistryTaskFactory(IDurableTaskFactory tasks) : ITaskFactory
{
    public bool TryCreateOrchestrator(TaskName name, string version, IServiceProvider scope, [NotNullWhen(true)] out ITaskOrchestrator? orchestrator)
        => tasks is DurableTaskFactory versioned
            ? versioned.TryCreateOrchestrator(name, version, scope, out orchestrator)
            : tasks.TryCreateOrchestrator(name, scope, out orchestrator);

    public bool TryCreateActivity(TaskName name, string version, IServiceProvider scope, [NotNullWhen(true)] out ITaskActivity? activity)
        => tasks is DurableTaskFactory versioned
            ? versioned.TryCreateActivity(name, version, scope, out activity)
            : tasks.TryCreateActivity(name, scope, out activity);
}
