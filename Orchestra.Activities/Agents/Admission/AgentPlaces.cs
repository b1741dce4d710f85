namespace Orchestra.Activities.Agents.Admission;

/// <summary>
/// At most so many agents at once, fair between projects: a free place is promised to whoever belongs to the project with the fewest, among
/// those to the one that has waited longest. Applicants ask again now and then; who no longer does has lost its turn.
/// </summary>
/// <param name="most">0: no limit.</param>
public sealed class AgentPlaces(int most, TimeProvider time)
{
    /// <summary>How often those who wait ask again when nobody calls them.</summary>
    public static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Patience = AskAgain * 3;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Applicant> running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Applicant> promised = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Applicant> waiting = new(StringComparer.Ordinal);
    private long arrivals;

    public int Most => most;

    public (int Running, int Waiting) Count()
    {
        lock (gate)
        {
            Forget();
            return (running.Count, waiting.Count + promised.Count);
        }
    }

    /// <param name="owner">Whom places are shared out between.</param>
    /// <param name="waiter">Who is to be called when there is a place.</param>
    /// <param name="calls">Others who have a place now and do not know it.</param>
    public bool TryEnter(string runId, string owner, string waiter, out IReadOnlyList<string> calls)
    {
        lock (gate)
        {
            Forget();
            if (running.ContainsKey(runId) || most == 0)
            {
                running[runId] = new Applicant(runId, owner, waiter, 0, time.GetUtcNow());
                calls = [];
                return true;
            }
            if (!promised.ContainsKey(runId))
                waiting[runId] = new Applicant(runId, owner, waiter, waiting.GetValueOrDefault(runId)?.Arrival ?? ++arrivals, time.GetUtcNow());
            calls = Promise(but: runId);
            if (!promised.Remove(runId, out Applicant? mine)) return false;
            running[runId] = mine;
            return true;
        }
    }

    /// <summary>For a run that goes on already, such as one that outlived a crash of the host.</summary>
    public void Enter(string runId, string owner, string waiter)
    {
        lock (gate)
        {
            waiting.Remove(runId);
            promised.Remove(runId);
            running[runId] = new Applicant(runId, owner, waiter, 0, time.GetUtcNow());
        }
    }

    /// <returns>Who has a place now.</returns>
    public IReadOnlyList<string> Leave(string runId)
    {
        lock (gate)
        {
            running.Remove(runId);
            return Promise(but: null);
        }
    }

    private List<string> Promise(string? but)
    {
        List<string> calls = [];
        while (waiting.Count > 0 && running.Count + promised.Count < most)
        {
            Applicant next = waiting.Values.OrderBy(a => PlacesOf(a.Owner)).ThenBy(a => a.Arrival).First();
            waiting.Remove(next.RunId);
            promised[next.RunId] = next with { Seen = time.GetUtcNow() };
            if (next.RunId != but) calls.Add(next.Waiter);
        }
        return calls;
    }

    private int PlacesOf(string owner) => running.Values.Concat(promised.Values).Count(a => a.Owner == owner);

    private void Forget()
    {
        foreach (Dictionary<string, Applicant> applicants in (Dictionary<string, Applicant>[])[promised, waiting])
        {
            foreach (Applicant gone in applicants.Values.Where(a => time.GetUtcNow() - a.Seen > Patience).ToList()) applicants.Remove(gone.RunId);
        }
    }

    private sealed record Applicant(string RunId, string Owner, string Waiter, long Arrival, DateTimeOffset Seen);
}
