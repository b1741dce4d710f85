using Orchestra.Client;
using Orchestra.Dashboard.Components;

namespace Orchestra.Dashboard.Projects;

/// <summary>What the page of one project shows, as of its last reading; the next one adds what happened since.</summary>
public sealed class ProjectSight(string id)
{
    private const int MostEvents = 5000;
    private readonly List<EventView> events = [];
    private long last;

    public string Id => id;

    public ProjectView? Project { get; private set; }

    public PlanView? Plan { get; private set; }

    public CommitsView? Commits { get; private set; }

    public IReadOnlyList<TimelineRow> Rows { get; private set; } = [];

    public ConflictMatrix Matrix { get; private set; } = new([]);

    /// <summary>Why the last reading failed, or there is no such project.</summary>
    public string? Trouble { get; private set; }

    public async Task ReadAsync(OrchestraClient client, CancellationToken stop)
    {
        try
        {
            Project = await client.ProjectAsync(id, stop);
            await ReadEventsAsync(client, stop);
            Plan = await PlanAsync(client, stop);
            Commits = await client.CommitsAsync(id, stop);
            Trouble = null;
        }
        catch (ApiError e)
        {
            Trouble = e.Message;
        }
    }

    public string NameOf(string session) => Project?.Sessions.FirstOrDefault(s => s.SessionId == session)?.Title ?? session;

    private async Task ReadEventsAsync(OrchestraClient client, CancellationToken stop)
    {
        EventPage page;
        do
        {
            page = await client.EventsAsync(last, id, null, TimeSpan.Zero, stop);
            last = page.Next;
            events.AddRange(page.Events);
        }
        while (page.Next < page.Head && events.Count < MostEvents);

        Rows = ProjectTimeline.Of(events, NameOf, Project!.FixAgents);
        Matrix = new ConflictMatrix(events);
    }

    private async Task<PlanView?> PlanAsync(OrchestraClient client, CancellationToken stop)
    {
        try
        {
            return await client.PlanAsync(id, stop);
        }
        catch (NotFoundError)
        {
            return null;
        }
    }
}
