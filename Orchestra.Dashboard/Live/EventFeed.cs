using Orchestra.Client;

namespace Orchestra.Dashboard.Live;

/// <summary>
/// Follows the API's event log from a number on, by long polls. A connection that breaks is tried again until it is back, and goes on behind the
/// last event that came: nothing is missed, nothing comes twice.
/// </summary>
public sealed class EventFeed(OrchestraClient client, TimeProvider time, string? projectId = null, string? types = null)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    // However fast events come: this many pages a second at most.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(100);

    public FeedState State { get; private set; } = FeedState.Start;

    /// <summary>The state is another one, without any event.</summary>
    public event Action? StateChanged;

    /// <summary>The number of the last event that there is now.</summary>
    public async Task<long> HeadAsync(CancellationToken cancellationToken) =>
        (await client.EventsAsync(0, null, null, TimeSpan.Zero, cancellationToken, 1)).Head;

    /// <param name="receive">Is given every page; it may take its time.</param>
    /// <param name="begin">Brings the receiver up to date and says from where on; called again when the log is another one.</param>
    public async Task FollowAsync(Func<CancellationToken, Task<long>> begin, Func<IReadOnlyList<EventView>, Task> receive, CancellationToken stop)
    {
        long? last = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                last ??= await begin(stop);
                // Behind what was missed one looks without waiting, so that being back is known at once.
                EventPage page = await client.EventsAsync(last.Value, projectId, types, State.IsLive ? Wait : TimeSpan.Zero, stop);
                if (page.Head < last)
                {
                    last = null;
                    continue;
                }

                // Taken only when it was received: a page whose receiver met a lost connection comes again.
                if (page.Events.Count > 0)
                    await receive(page.Events);
                last = page.Next;
                Become(State.Reached(page.Next, page.Head));
                await Task.Delay(Breath, time, stop);
            }
            catch (ApiError e)
            {
                Become(State.LostSince(time.GetUtcNow().UtcDateTime, e));
                await Task.Delay(TryAgain, time, stop);
            }
        }
    }

    private void Become(FeedState state)
    {
        if (state == State)
            return;
        bool shown = state with { Last = 0, Head = 0 } != State with { Last = 0, Head = 0 } || !state.IsLive;
        State = state;
        if (shown)
            StateChanged?.Invoke();
    }
}
