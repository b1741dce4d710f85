using Orchestra.Client;

namespace Orchestra.Dashboard.Live;

/// <summary>
/// What one open page knows of the projects: a snapshot over the public API, read again every second while the page is open.
/// Trouble is said as long as it lasts; the next success heals it, since every snapshot is whole.
/// </summary>
public sealed class LiveProjects(OrchestraClient client, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int Shown = 100;
    private readonly CancellationTokenSource stop = new();
    private readonly Dictionary<string, ProjectView> details = [];
    private readonly HashSet<string> announced = [];
    private Task? loop;

    public event Action? Changed;

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ProjectView> Projects { get; private set; } = [];

    /// <summary>Whether the first snapshot is there.</summary>
    public bool Loaded { get; private set; }

    public string? Trouble { get; private set; }

    public string Announcement { get; private set; } = "";

    public int Total { get; private set; }

    /// <summary>Decisions that wait, oldest first.</summary>
    public IReadOnlyList<(ProjectView Project, DecisionView Decision)> Inbox { get; private set; } = [];

    public int Waiting => Inbox.Count;

    /// <summary>Starts reading; safe to call from every page.</summary>
    public void Begin() => loop ??= LoopAsync();

    public async Task RefreshAsync()
    {
        try
        {
            ProjectPage page = await client.ProjectsAsync(Shown, stop.Token);
            var projects = new List<ProjectView>();
            foreach (ProjectView summary in page.Projects)
                projects.Add(await DetailAsync(summary));
            Projects = projects;
            Total = page.Total;
            Inbox = [.. projects.SelectMany(p => p.Pending.Select(d => (p, d))).OrderBy(x => x.d.DecisionId, StringComparer.Ordinal)];
            Announce();
            Trouble = null;
            Loaded = true;
        }
        catch (ApiError e)
        {
            Trouble = e.Message;
        }

        Changed?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (loop is not null)
            await loop;
        stop.Dispose();
    }

    /// <summary>A project that is over does not change: its detail is read once.</summary>
    private async Task<ProjectView> DetailAsync(ProjectView summary)
    {
        if (details.TryGetValue(summary.ProjectId, out ProjectView? known) && known.IsFinal && known.Phase == summary.Phase)
            return known;
        return details[summary.ProjectId] = await client.ProjectAsync(summary.ProjectId, stop.Token);
    }

    private void Announce()
    {
        foreach ((ProjectView project, DecisionView decision) in Inbox)
        {
            if (announced.Add(decision.DecisionId))
                Announcement = $"{project.ProjectName} waits for a decision: {decision.Description}";
        }
    }

    private async Task LoopAsync()
    {
        try
        {
            using var tick = new PeriodicTimer(Interval, time);
            do
                await RefreshAsync();
            while (await tick.WaitForNextTickAsync(stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The page was closed.
        }
    }
}
