using DurableTask.Core.History;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>What an open activity, timer or sub-orchestration came to.</summary>
internal readonly record struct Outcome(string? Data, Failure? Failure);

/// <summary>An action that has been started and not answered yet.</summary>
internal sealed class OpenTask(int id, EventType kind, string name)
{
    public int Id => id;

    public EventType Kind => kind;

    public string Name => name;

    /// <summary>Of a sub-orchestration.</summary>
    public string? ChildId { get; init; }

    /// <summary>Continuations run inline: that keeps the order of events.</summary>
    public TaskCompletionSource<Outcome> Source { get; } = new();
}
