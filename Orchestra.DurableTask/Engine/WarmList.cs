namespace Orchestra.DurableTask.Engine;

/// <summary>Bounds how many live executions stay in memory; the one unused for longest goes first and is replayed when needed.</summary>
internal sealed class WarmList(int capacity)
{
    private readonly Lock gate = new();
    private readonly LinkedList<Slot> order = new();

    public void Touch(Slot slot)
    {
        Slot? oldest = null;
        lock (gate)
        {
            if (slot.Warmth is null)
                slot.Warmth = order.AddFirst(slot);
            else if (order.First != slot.Warmth)
            {
                order.Remove(slot.Warmth);
                order.AddFirst(slot.Warmth);
            }

            if (order.Count > capacity)
            {
                oldest = order.Last!.Value;
                order.RemoveLast();
                oldest.Warmth = null;
            }
        }

        if (oldest is not null)
            Cool(oldest);
    }

    public void Remove(Slot slot)
    {
        lock (gate)
        {
            if (slot.Warmth is null)
                return;
            order.Remove(slot.Warmth);
            slot.Warmth = null;
        }
    }

    /// <summary>A slot in the middle of a turn keeps its execution: it becomes warm again when the turn ends.</summary>
    private static void Cool(Slot slot)
    {
        lock (slot.Gate)
        {
            if (slot.Busy)
                return;
            slot.Live?.Dispose();
            slot.Live = null;
        }
    }
}
