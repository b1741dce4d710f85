using System.Diagnostics;
using System.Globalization;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>The client of an embedded journal: starts instances, talks to them and waits for them.</summary>
internal sealed partial class EmbeddedTaskClient(
    string name,
    EmbeddedEngines engines,
    IOptionsMonitor<EmbeddedOptions> embedded,
    IOptionsMonitor<DurableTaskClientOptions> options)
    : DurableTaskClient(name)
{
    private static readonly OrchestrationRuntimeStatus[] Running = [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended];

    private readonly EmbeddedEngine engine = engines.Get(embedded.Get(name));
    private readonly DurableTaskClientOptions settings = options.Get(name);

    internal EmbeddedEngine Engine => engine;

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        if (orchestratorName.Name is null)
            throw new ArgumentException("The name of the orchestrator must not be empty.", nameof(orchestratorName));
        string instanceId = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        InstanceId.Check(instanceId, nameof(options));
        var request = new StartRequest(
            instanceId,
            Guid.NewGuid().ToString("N"),
            orchestratorName.Name,
            options?.Version is { } version ? version.Version : settings.DefaultVersion,
            settings.DataConverter.Serialize(input),
            options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags) : null,
            null,
            options?.StartAt?.UtcTicks ?? 0);
        return StartAsync(request, Blocking(options?.DedupeStatuses, engine.Options.ReplaceUnfinished), cancellation);
    }

    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return SendAsync(instanceId, new JournalEvent
        {
            Type = EventType.EventRaised,
            Name = eventName,
            Data = settings.DataConverter.Serialize(eventPayload),
        }, cancellation);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
        => SendAsync(instanceId, new JournalEvent { Type = EventType.ExecutionSuspended, Reason = reason }, cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
        => SendAsync(instanceId, new JournalEvent { Type = EventType.ExecutionResumed, Reason = reason }, cancellation);

    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
        => SendAsync(instanceId, new JournalEvent
        {
            Type = EventType.ExecutionTerminated,
            Data = settings.DataConverter.Serialize(options?.Output),
            Recursive = options?.Recursive ?? false,
        }, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
        => WaitAsync(instanceId, static row => row.Status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
        => WaitAsync(instanceId, static row => row.IsTerminal, getInputsAndOutputs, cancellation);

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        InstanceRow? row = await FindAsync(instanceId, getInputsAndOutputs, cancellation).ConfigureAwait(false);
        return row is null ? null : ToMetadata(row, getInputsAndOutputs);
    }

    /// <summary>The engine belongs to the container.</summary>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<string> StartAsync(StartRequest request, Func<OrchestrationRuntimeStatus, bool> blocks, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using Activity? span = Traces.Create(request.Name, request.InstanceId);
        request = request with { Trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null };
        return await engine.Writer.Run((session, effects) =>
        {
            var handOver = new HandOver();
            if (!InboxStore.TryStart(session, handOver, engine.Owner, request, engine.Now, blocks))
                throw new OrchestrationAlreadyExistsException($"An orchestration with the instance ID '{request.InstanceId}' already exists.");
            effects.Add(() =>
            {
                engine.Take(handOver);
                engine.Changed(request.InstanceId, status: true);
            });
            return request.InstanceId;
        }).ConfigureAwait(false);
    }

    /// <summary>Messages to what is unknown or has ended are dropped without a word, as by the reference.</summary>
    private async Task SendAsync(string instanceId, JournalEvent message, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        await engine.Writer.Run((session, effects) =>
        {
            var handOver = new HandOver();
            bool sent = InboxStore.Send(session, handOver, engine.Owner, instanceId, null, message with { Id = -1, At = engine.Now });
            effects.Add(() => engine.Take(handOver));
            return sent;
        }).ConfigureAwait(false);
    }

    /// <summary>An instance that does not exist yet is waited for: it may be about to be started.</summary>
    private async Task<OrchestrationMetadata> WaitAsync(string instanceId, Func<InstanceRow, bool> done, bool data, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Task change = engine.StatusSignals.Next(instanceId);
            try
            {
                InstanceRow? row = await engine.ReadAsync(session => QueryStore.Find(session, instanceId) is { } found && done(found)
                    ? data ? QueryStore.Find(session, instanceId, data) : found
                    : null).ConfigureAwait(false);
                if (row is not null && done(row))
                    return ToMetadata(row, data);
                await change.WaitAsync(cancellation).ConfigureAwait(false);
            }
            finally
            {
                engine.StatusSignals.Release(instanceId, change);
            }
        }
    }

    private Task<InstanceRow?> FindAsync(string instanceId, bool data, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return engine.ReadAsync(session => QueryStore.Find(session, instanceId, data));
    }

    private OrchestrationMetadata ToMetadata(InstanceRow row, bool data) => new(row.Name, row.Id)
    {
        DataConverter = data ? settings.DataConverter : null,
        RuntimeStatus = row.Status,
        CreatedAt = new DateTimeOffset(row.CreatedAt, TimeSpan.Zero),
        LastUpdatedAt = new DateTimeOffset(row.UpdatedAt, TimeSpan.Zero),
        SerializedInput = data ? row.Input : null,
        SerializedOutput = data ? row.Output : null,
        SerializedCustomStatus = data ? row.CustomStatus : null,
        FailureDetails = data ? Failure.Parse(row.Failure)?.ToDetails() : null,
        Tags = (IReadOnlyDictionary<string, string>?)JournalJson.Tags(row.Tags) ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty,
    };

    /// <summary>Without a list, only unfinished instances stand in the way, and not even they where the settings say so.</summary>
    private static Func<OrchestrationRuntimeStatus, bool> Blocking(IReadOnlyList<string>? statuses, bool replaceUnfinished)
    {
        if (statuses is null)
            return status => !replaceUnfinished && !InboxStore.IsTerminal(status);
        var blocking = new HashSet<OrchestrationRuntimeStatus>();
        foreach (string text in statuses)
        {
            if (!Enum.TryParse(text, ignoreCase: true, out OrchestrationRuntimeStatus status))
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"'{text}' is not an orchestration status."), nameof(statuses));
            blocking.Add(status);
        }

        if (blocking.Contains(OrchestrationRuntimeStatus.Terminated) && !Running.All(blocking.Contains))
            throw new ArgumentException("A running instance is terminated before it is replaced, so Terminated cannot block where a running status does not.", nameof(statuses));

        return blocking.Contains;
    }
}
