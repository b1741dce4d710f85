using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>What an orchestrator sees. Everything that it does becomes an action of the execution.</summary>
internal sealed class EmbeddedOrchestrationContext(Execution execution, JournalEvent start) : TaskOrchestrationContext
{
    private readonly Dictionary<string, object?> properties = execution.Setup.Options.Versioning?.DefaultVersion is { Length: > 0 } version
        ? new() { ["defaultVersion"] = version }
        : [];

    private int guids;

    public override TaskName Name { get; } = new(start.Name!);

    public override string InstanceId => execution.InstanceId;

    public override ParentOrchestrationInstance? Parent { get; } = start.Parent is { } parent
        ? new ParentOrchestrationInstance(new TaskName(parent.Name), parent.InstanceId)
        : null;

    public override DateTime CurrentUtcDateTime => Checked().Now;

    public override bool IsReplaying => execution.IsReplaying;

    public override string Version => start.Version ?? "";

    public override IReadOnlyDictionary<string, object?> Properties => properties;

    /// <summary>The input as JSON, for hosts that convert it by themselves.</summary>
    public string? SerializedInput => start.Data;

    protected override ILoggerFactory LoggerFactory => execution.Setup.Loggers;

    private DataConverter Converter => execution.Setup.Options.DataConverter;

    public override T? GetInput<T>()
        where T : default
        => Converter.Deserialize<T>(start.Data);

    public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        Checked();
        CheckNotOptions(input, options);
        string? data = Converter.Serialize(input);
        string version = options?.Version is { } given ? given.Version : Version;
        Dictionary<string, string>? tags = MergeTags(options, inherited: null);
        string? result = await Retries.Run(this, name, options?.Retry, follows => execution.Begin(new JournalEvent
        {
            Type = EventType.TaskScheduled,
            RetryOf = follows,
            Id = execution.NextId(),
            At = execution.Now.Ticks,
            Name = name.Name,
            Version = version,
            Data = data,
            Tags = tags,
        }));
        return Converter.Deserialize<TResult>(result)!;
    }

    public override async Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        Checked();
        CheckNotOptions(input, options);

        // One id for all attempts: a retry takes the place of the failed child.
        string child = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        if (execution.Setup.Options.EnableEntitySupport && child.StartsWith('@'))
            throw new ArgumentException("Instance IDs that begin with '@' are reserved for entities.", nameof(options));
        string? data = Converter.Serialize(input);
        string version = options?.Version is { } given ? given.Version : execution.Setup.Options.Versioning?.DefaultVersion ?? "";
        Dictionary<string, string>? tags = MergeTags(options, start.Tags);
        string? result = await Retries.Run(this, orchestratorName, options?.Retry, follows => execution.Begin(
            new JournalEvent
            {
                RetryOf = follows,
                Type = EventType.SubOrchestrationInstanceCreated,
                Id = execution.NextId(),
                At = execution.Now.Ticks,
                Name = orchestratorName.Name,
                Version = version,
                Data = data,
                InstanceId = child,
                Tags = tags,
            },
            child));
        return Converter.Deserialize<TResult>(result)!;
    }

    /// <summary>A long wait is cut into pieces; each is a timer of its own.</summary>
    public override async Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        Checked();
        DateTime end = fireAt.ToUniversalTime();
        TimeSpan longest = execution.Setup.Options.MaximumTimerInterval;
        while (longest > TimeSpan.Zero && end - execution.Now > longest)
            await Timer(execution.Now + longest, cancellationToken);
        await Timer(end, cancellationToken);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
        => Checked().Events.Wait(eventName, Read<T>, OnCancel, cancellationToken);

    public override void SendEvent(string instanceId, string eventName, object payload)
        => Checked().Send(new JournalEvent
        {
            Type = EventType.EventSent,
            Id = execution.NextId(),
            At = execution.Now.Ticks,
            InstanceId = instanceId,
            Name = eventName,
            Data = Converter.Serialize(payload),
        });

    public override void SetCustomStatus(object? customStatus)
        => Checked().CustomStatus = new Box<string?>(Converter.Serialize(customStatus));

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
        => ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Checked().Continuation = options;
    }

    public override Guid NewGuid() => DeterministicGuid.Create(InstanceId, Checked().Now, guids++);

    /// <summary>A durable timer as an open task; also used between retries.</summary>
    internal async Task Timer(DateTime fireAt, CancellationToken cancellation, int follows = 0, bool last = false)
    {
        OpenTask timer = execution.Begin(new JournalEvent
        {
            Type = EventType.TimerCreated,
            Id = execution.NextId(),
            At = execution.Now.Ticks,
            FireAt = fireAt.Ticks,
            RetryOf = follows,
            IsLastRetry = last,
        });
        OnCancel(cancellation, () => execution.CancelTimer(timer, cancellation));
        await timer.Source.Task;
    }

    private static void CheckNotOptions(object? input, TaskOptions? options)
    {
        if (input is TaskOptions && options is null)
            throw new ArgumentException("TaskOptions was given as the input. Pass it as the options.", nameof(input));
    }

    private static Dictionary<string, string>? MergeTags(TaskOptions? options, Dictionary<string, string>? inherited)
    {
        if (options?.Tags is not { Count: > 0 } own)
            return inherited;
        var merged = inherited is null ? new Dictionary<string, string>() : new Dictionary<string, string>(inherited);
        foreach ((string key, string value) in own)
            merged[key] = value;
        return merged;
    }

    private T Read<T>(string? data)
    {
        if (data is null && typeof(T).IsValueType && Nullable.GetUnderlyingType(typeof(T)) is null)
            throw new NullReferenceException($"The event carries no payload, but {typeof(T).FullName} cannot be null.");
        return Converter.Deserialize<T>(data)!;
    }

    /// <summary>A token that is cancelled from elsewhere (a clock, another thread) would not do so again on replay.</summary>
    private void OnCancel(CancellationToken cancellation, Action action)
    {
        if (!cancellation.CanBeCanceled)
            return;
        cancellation.Register(() =>
        {
            if (execution.Pump.IsOwnThread)
                action();
            else
                execution.Pump.Trespass();
        }, useSynchronizationContext: false);
    }

    private Execution Checked()
    {
        if (execution.Pump.IsOwnThread)
            return execution;
        execution.Pump.Trespass();
        throw new InvalidOperationException(Execution.TrespassMessage);
    }
}
