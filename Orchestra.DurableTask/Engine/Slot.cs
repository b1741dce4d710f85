using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>An unfinished instance that this process leases: its waiting messages and, while warm, its live execution.</summary>
internal sealed class Slot(string instanceId, long epoch)
{
    public string InstanceId => instanceId;

    public long Epoch => epoch;

    public Lock Gate { get; } = new();

    /// <summary>Messages for the next turn, in order.</summary>
    public List<Message> Pending { get; set; } = [];

    /// <summary>Messages come in order of arrival, but those with numbers below zero were there before.</summary>
    public void Add(Message message)
    {
        int at = message.Seq < 0 ? Pending.FindIndex(static other => other.Seq >= 0) : -1;
        if (at >= 0)
            Pending.Insert(at, message);
        else
            Pending.Add(message);
    }

    /// <summary>A turn is running or about to.</summary>
    public bool Busy { get; set; }

    /// <summary>The lease is gone or the instance has ended.</summary>
    public bool Closed { get; set; }

    /// <summary>Touched by the running turn only, or under the gate when none runs.</summary>
    public Execution? Live { get; set; }

    /// <summary>As last written by this process; null before its first turn here.</summary>
    public OrchestrationRuntimeStatus? Status { get; set; }

    public LinkedListNode<Slot>? Warmth { get; set; }

    /// <summary>Turns in a row that could not be processed.</summary>
    public int Failures { get; set; }

    /// <summary>Waits in a row, whatever their cause.</summary>
    public int Pauses { get; set; }

    /// <summary>Its former owner died: count the attempt durably before the first turn.</summary>
    public bool Suspect { get; set; }
}
