using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>
/// One execution of an orchestration in memory: its code, suspended between turns, and what it waits for. History brings it to
/// where it was (replay); new events carry it on. Only one turn touches it at a time.
/// </summary>
internal sealed partial class Execution : IDisposable
{
    public const string TrespassMessage =
        "An invalid asynchronous invocation was detected. This can be caused by awaiting non-durable tasks in an orchestrator function's implementation or by middleware that invokes asynchronous code.";

    private readonly WorkerSetup setup;
    private readonly SortedDictionary<int, JournalEvent> actions = [];
    private readonly Dictionary<int, OpenTask> open = [];
    private readonly Queue<JournalEvent> held = new();
    private readonly List<int> cancelledTimers = [];
    private EmbeddedOrchestrationContext? context;
    private AsyncServiceScope? scope;
    private Task<object?>? main;
    private bool sawEnd;
    private int nextId;

    public Execution(string instanceId, WorkerSetup setup)
    {
        InstanceId = instanceId;
        this.setup = setup;
        Pump.OnEscaped = error => Fail(Failure.From(error, setup.PropertiesOf));
    }

    public string InstanceId { get; }

    /// <summary>Empty until the start message is there.</summary>
    public JournalEvent? Start { get; private set; }

    public string ExecutionId => Start?.InstanceId ?? "";

    /// <summary>Number of events in the stored history.</summary>
    public long HistoryLength { get; set; }

    public DateTime Now { get; private set; } = DateTime.MinValue;

    public bool IsReplaying { get; private set; }

    public bool IsSuspended { get; private set; }

    public Failure? Fault { get; private set; }

    public JournalEvent? Termination { get; private set; }

    public Pump Pump { get; } = new();

    public ExternalEvents Events { get; } = new();

    /// <summary>Events that came after the end of the code: they are for the next execution, if there is one.</summary>
    public List<JournalEvent> LateEvents { get; } = [];

    public Box<string?>? CustomStatus { get; set; }

    public ContinueAsNewOptions? Continuation { get; set; }

    public WorkerSetup Setup => setup;

    /// <summary>Actions that the store does not know yet.</summary>
    public IReadOnlyCollection<JournalEvent> NewActions => actions.Values;

    public IReadOnlyList<int> CancelledTimers => cancelledTimers;

    public IEnumerable<OpenTask> OpenTasks => open.Values;

    /// <summary>The code has ended and nothing that it started is open; a failure or termination needs no such wait.</summary>
    public bool IsFinished => Fault is not null || Termination is not null
        || (!IsSuspended && main is { IsCompleted: true } && open.Count == 0);

    public void Replay(IReadOnlyList<JournalEvent> history)
    {
        IsReplaying = true;
        foreach (JournalEvent entry in history)
            Apply(entry);
        IsReplaying = false;
        sawEnd = main is { IsCompleted: true };
        HistoryLength = history.Count;
    }

    /// <summary>Runs the new events of a turn. Code that waits for nothing durable would wait for ever: it fails.</summary>
    public void Advance(IReadOnlyList<JournalEvent> events)
    {
        // Code that ended between turns was not driven by an event.
        if (main is { IsCompleted: true } && !sawEnd)
            Pump.Trespass();
        foreach (JournalEvent entry in events)
            Apply(entry);
        sawEnd = main is { IsCompleted: true };
        if (Pump.Trespassed || IsStuck())
            Fail(new Failure(typeof(InvalidOperationException).FullName!, TrespassMessage));
    }

    /// <summary>While suspended, what the code has begun stays here.</summary>
    public bool HoldsActions => IsSuspended && Termination is null;

    /// <summary>The store has taken over the turn.</summary>
    public void MarkCommitted(int events)
    {
        HistoryLength += events;
        CustomStatus = null;
        if (HoldsActions)
            return;
        actions.Clear();
        cancelledTimers.Clear();
    }

    public void Fail(Failure failure) => Fault ??= failure;

    /// <summary>The result as JSON, or the failure of the code.</summary>
    public Outcome Result()
    {
        if (main!.IsCompletedSuccessfully)
        {
            try
            {
                object? value = main.Result;
                return new Outcome(value is RawResult json ? json.Json : setup.Options.DataConverter.Serialize(value), null);
            }
            catch (Exception error)
            {
                return new Outcome(null, Failure.From(error, setup.PropertiesOf));
            }
        }

        return new Outcome(null, Failure.From(main.Exception?.InnerException ?? Cancellation(main), setup.PropertiesOf));
    }

    /// <summary>A cancelled task shows what cancelled it, with message and stack, only to those who wait for it.</summary>
    private static OperationCanceledException Cancellation(Task cancelled)
    {
        try
        {
            cancelled.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException error)
        {
            return error;
        }

        throw new InvalidOperationException("The task is not cancelled.");
    }

    /// <summary>The number of the next action; ids are handed out in the order in which the code acts.</summary>
    public int NextId() => nextId++;

    public OpenTask Begin(JournalEvent action, string? childId = null)
    {
        actions.Add(action.Id, action);
        var task = new OpenTask(action.Id, action.Type, action.Name ?? "") { ChildId = childId };
        open.Add(action.Id, task);
        return task;
    }

    public void Send(JournalEvent action) => actions.Add(action.Id, action);

    /// <summary>A cancelled timer is as if it had never been open.</summary>
    public void CancelTimer(OpenTask timer, CancellationToken cancellation)
    {
        if (!open.Remove(timer.Id))
            return;
        cancelledTimers.Add(timer.Id);
        timer.Source.TrySetCanceled(cancellation);
    }

    public void Dispose()
    {
        AsyncServiceScope? used = scope;
        scope = null;
        if (used is { } taken)
            _ = taken.DisposeAsync().AsTask();
    }

    private bool IsStuck() => main is { IsCompleted: false } && !IsFinished && open.Count == 0 && held.Count == 0 && !Events.HasWaiters;
}
