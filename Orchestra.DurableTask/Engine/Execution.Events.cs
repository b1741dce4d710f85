using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>How each kind of event moves the execution on.</summary>
internal sealed partial class Execution
{
    private void Apply(JournalEvent entry)
    {
        if (Fault is not null || Termination is not null)
            return;
        switch (entry.Type)
        {
            case EventType.OrchestratorStarted:
                Now = new DateTime(entry.At, DateTimeKind.Utc);
                break;
            case EventType.ExecutionStarted:
                Run(entry);
                break;
            case EventType.TaskScheduled or EventType.TimerCreated or EventType.SubOrchestrationInstanceCreated or EventType.EventSent:
                Confirm(entry);
                break;
            case EventType.ExecutionSuspended:
                IsSuspended = true;
                break;
            case EventType.ExecutionResumed:
                IsSuspended = false;
                while (!IsSuspended && held.TryDequeue(out JournalEvent? next))
                    Apply(next);
                break;
            case EventType.ExecutionTerminated:
                Termination = entry;
                break;
            case EventType.TaskCompleted or EventType.TaskFailed or EventType.TimerFired or EventType.EventRaised
                or EventType.SubOrchestrationInstanceCompleted or EventType.SubOrchestrationInstanceFailed:
                if (IsSuspended)
                    held.Enqueue(entry);
                else
                    Pump.Run(() => Deliver(entry));
                break;
        }
    }

    private void Run(JournalEvent start)
    {
        // A second start of one execution is a duplicate.
        if (Start is not null)
            return;
        Start = start;
        if (VersionMismatch(start.Version ?? "") is { } mismatch)
        {
            Fail(mismatch);
            return;
        }

        Pump.Run(() => main = Invoke(start));
    }

    /// <summary>An exception before the first await is the same as a failed task.</summary>
    private Task<object?> Invoke(JournalEvent start)
    {
        try
        {
            scope = setup.Services.CreateAsyncScope();
            context = new EmbeddedOrchestrationContext(this, start);
            if (!setup.Tasks.TryCreateOrchestrator(new TaskName(start.Name!), start.Version ?? "", scope.Value.ServiceProvider, out ITaskOrchestrator? orchestrator))
            {
                Fail(new Failure("OrchestratorTaskNotFound", $"No orchestrator task named '{start.Name}' was found.", NonRetriable: true));
                return Task.FromResult<object?>(null);
            }

            object? input = orchestrator is IRawTask ? start.Data : setup.Options.DataConverter.Deserialize(start.Data, orchestrator.InputType);
            return orchestrator.RunAsync(context, input);
        }
        catch (Exception error)
        {
            return Task.FromException<object?>(error);
        }
    }

    /// <summary>History must name what the code has just done; then the store knows of it already.</summary>
    private void Confirm(JournalEvent past)
    {
        actions.TryGetValue(past.Id, out JournalEvent? now);
        if (ReplayChecker.Check(past, now) is { } failure)
            Fail(failure);
        else
            actions.Remove(past.Id);
    }

    private void Deliver(JournalEvent entry)
    {
        if (entry.Type == EventType.EventRaised)
        {
            if (main is { IsCompleted: true })
            {
                LateEvents.Add(entry);
                return;
            }

            try
            {
                Events.Raise(entry);
            }
            catch (Exception error)
            {
                // A payload that does not fit is not the waiter's to catch: the instance fails.
                Fail(Failure.From(error, setup.PropertiesOf));
            }
        }
        else if (open.Remove(entry.TaskId, out OpenTask? task))
        {
            // Anything else is late or a duplicate.
            task.Source.TrySetResult(new Outcome(entry.Data, entry.Failure));
        }
    }

    private Failure? VersionMismatch(string version)
    {
        if (setup.Options.Versioning is not { } versioning || VersionRules.Fits(versioning, version))
            return null;
        string reason = $"The orchestration version '{version}' does not match the worker version '{versioning.Version}'.";
        return setup.Rejects(version) ? throw new VersionRejectedException(reason) : new Failure("VersionMismatch", reason, NonRetriable: true);
    }
}
