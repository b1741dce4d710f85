using Orchestra.Client;
using Orchestra.Core.Pipeline;

namespace Orchestra.Dashboard.Live;

/// <summary>
/// What the dashboard knows of the projects, for all pages that are open: a snapshot over the public API, and behind it every event. Projects that an
/// event tells of are read again; nothing is asked for while nothing happens. It follows the events as long as somebody watches.
/// </summary>
public sealed class LiveProjects(OrchestraClient client, TimeProvider time) : IAsyncDisposable
{
    private const int Shown = 100;

    private static readonly IReadOnlyList<string> OpenPhases = [.. Phases.All.Where(phase => !Phases.IsFinal(phase))];

    // So that the way from one page to the next, which closes the one before it opens the other, does not begin anew.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(10);

    // What agents print is no event here; their last lines are looked at as often as this.
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(4);
    private readonly EventFeed feed = new(client, time);
    private readonly Lock access = new();
    private readonly SemaphoreSlim reading = new(1);
    private readonly Dictionary<string, ProjectView> known = new(StringComparer.Ordinal);
    private Task following = Task.CompletedTask;
    private CancellationTokenSource? stop;
    private ITimer? leaving;
    private int watchers;

    /// <summary>Something is different; raised on any thread.</summary>
    public event Action? Changed;

    /// <summary>The events that have come, after the projects that they tell of were read.</summary>
    public event Action<IReadOnlyList<EventView>>? Happened;

    /// <summary>The newest, and all that are not over, these with all their details; newest first.</summary>
    public IReadOnlyList<ProjectView> Projects { get; private set; } = [];

    /// <summary>Whether the first snapshot is there.</summary>
    public bool Loaded { get; private set; }

    /// <summary>Whether the snapshot is kept up to date; else it is of when somebody last watched.</summary>
    public bool IsCurrent => Loaded && stop is not null;

    public FeedState Feed => feed.State;

    /// <summary>Why there is nothing to show, or nothing newer.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Decisions that wait, oldest first.</summary>
    public IReadOnlyList<(ProjectView Project, DecisionView Decision)> Inbox { get; private set; } = [];

    public int Waiting => Inbox.Count;

    /// <summary>Calls back at every change until the result is disposed.</summary>
    public IDisposable Watch(Action changed)
    {
        Changed += changed;
        lock (access)
        {
            watchers++;
            leaving?.Dispose();
            leaving = null;
            if (stop is null)
            {
                stop = new CancellationTokenSource();
                following = FollowAsync(following, stop.Token);
            }
        }

        return new Watching(this, changed);
    }

    /// <summary>A snapshot now; for the first sight of a page, and after one's own act.</summary>
    public async Task RefreshAsync()
    {
        try
        {
            await ReadAllAsync(CancellationToken.None);
        }
        catch (ApiError e)
        {
            Trouble = e.Message;
        }

        Changed?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        lock (access)
        {
            leaving?.Dispose();
            stop?.Cancel();
        }

        await following;
        reading.Dispose();
        client.Dispose();
    }

    private async Task FollowAsync(Task former, CancellationToken cancellationToken)
    {
        await former;
        feed.StateChanged += Told;
        try
        {
            await Task.WhenAll(feed.FollowAsync(BeginAsync, TakeAsync, cancellationToken), GlanceAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // Nobody watches any more.
        }
        finally
        {
            feed.StateChanged -= Told;
        }

        void Told() => Changed?.Invoke();
    }

    private async Task GlanceAsync(CancellationToken cancellationToken)
    {
        using var often = new PeriodicTimer(Glance, time);
        while (await often.WaitForNextTickAsync(cancellationToken))
        {
            List<string> running = [.. Projects.Where(p => p.Sessions.Concat(p.FixAgents).Any(s => s.IsRunning)).Select(p => p.ProjectId)];
            if (Feed.Lost is not null || running.Count == 0)
                continue;
            try
            {
                foreach (string id in running)
                    await ReadAsync(id);
                Changed?.Invoke();
            }
            catch (ApiError)
            {
                // The feed meets it too, says so and tries again.
            }
        }
    }

    private async Task<long> BeginAsync(CancellationToken cancellationToken)
    {
        // In this order: what happens while the snapshot is read comes again as an event.
        long head = await feed.HeadAsync(cancellationToken);
        await ReadAllAsync(cancellationToken);
        Changed?.Invoke();
        return head;
    }

    private async Task TakeAsync(IReadOnlyList<EventView> events)
    {
        foreach (string id in events.Select(e => e.ProjectId).OfType<string>().Distinct())
            await ReadAsync(id);
        Happened?.Invoke(events);
        Changed?.Invoke();
    }

    private async Task ReadAllAsync(CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            ProjectPage newest = await client.ProjectsAsync(Shown, cancellationToken);
            // However many came after it: what waits for a person is never out of sight.
            ProjectPage[] open = await Task.WhenAll(OpenPhases.Select(phase => client.ProjectsAsync(Shown, cancellationToken, phase)));
            List<ProjectView> read = [.. open.Append(newest).SelectMany(page => page.Projects).DistinctBy(p => p.ProjectId)];
            foreach (string gone in known.Keys.Except(read.Select(p => p.ProjectId)).ToList())
                known.Remove(gone);
            foreach (ProjectView summary in read)
                known[summary.ProjectId] = summary.IsFinal ? summary : await client.ProjectAsync(summary.ProjectId, cancellationToken);
            Show();
        }
        finally
        {
            reading.Release();
        }
    }

    private async Task ReadAsync(string projectId)
    {
        await reading.WaitAsync();
        try
        {
            ProjectView project = await client.ProjectAsync(projectId, CancellationToken.None);
            known[projectId] = project;
            Show();
        }
        catch (NotFoundError)
        {
            // Pruned, or not stored yet: its next event tells.
        }
        finally
        {
            reading.Release();
        }
    }

    private void Show()
    {
        Projects = [.. known.Values.OrderByDescending(p => p.ProjectId, StringComparer.Ordinal).Where((p, place) => place < Shown || !p.IsFinal)];
        Inbox = [.. Projects.SelectMany(p => p.Pending.Select(d => (p, d))).OrderBy(x => x.d.DecisionId, StringComparer.Ordinal)];
        Trouble = null;
        Loaded = true;
    }

    private void Leave(Action changed)
    {
        Changed -= changed;
        lock (access)
        {
            if (--watchers == 0)
                leaving = time.CreateTimer(_ => StopUnlessWatched(), null, Linger, Timeout.InfiniteTimeSpan);
        }
    }

    private void StopUnlessWatched()
    {
        lock (access)
        {
            if (watchers > 0 || stop is null)
                return;
            stop.Cancel();
            stop.Dispose();
            stop = null;
            Loaded = false;
        }
    }

    private sealed class Watching(LiveProjects live, Action changed) : IDisposable
    {
        private bool over;

        public void Dispose()
        {
            if (over)
                return;
            over = true;
            live.Leave(changed);
        }
    }
}
