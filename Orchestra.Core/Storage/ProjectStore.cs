using System.Globalization;
using Orchestra.Core.Pipeline;

namespace Orchestra.Core.Storage;

/// <summary>
/// Projects, sessions and decisions over the table port. Partition <c>project/ID</c> holds everything of one project;
/// the partitions <c>projects</c>, <c>sessions</c> and <c>decisions</c> are the indexes from an id to its partition.
/// An index row is written before the document that it points to; readers skip an index row without document.
/// </summary>
public sealed class ProjectStore(ITableStore tables)
{
    private readonly ListIndex projects = new(tables, "projects", json => ProjectFilter.Of(Json.Read<ProjectEntry>(json)));
    private readonly ListIndex sessions = new(tables, "sessions", json => SessionFilter.Of(Json.Read<IndexEntry>(json)));
    private const string DecisionIndex = "decisions";
    private const string ProjectRow = "project";
    private const string PlanRow = "plan";
    private const string RisksRow = "risks";

    public async Task SaveProjectAsync(ProjectRecord project, CancellationToken cancellationToken)
    {
        await projects.SaveAsync(project.ProjectId, Json.Write(new ProjectEntry(project.Phase)), replace: true, cancellationToken);
        await tables.WriteAsync([new(Partition(project.ProjectId), ProjectRow, Json.Write(project))], cancellationToken);
    }

    /// <summary>Makes a launched project visible at once; its orchestration may have been quicker, then nothing is done.</summary>
    public async Task AddProjectAsync(ProjectRecord project, CancellationToken cancellationToken)
    {
        await projects.SaveAsync(project.ProjectId, Json.Write(new ProjectEntry(project.Phase)), replace: false, cancellationToken);
        // The orchestration's own, newer document stands.
        await tables.TryWriteAsync([new(Partition(project.ProjectId), ProjectRow, Json.Write(project), TableWrite.Absent)], cancellationToken);
    }

    /// <summary>Changes a stored project unless <paramref name="change"/> gives null; whoever writes in between is read again.</summary>
    public async Task UpdateProjectAsync(string projectId, Func<ProjectRecord, ProjectRecord?> change, CancellationToken cancellationToken)
    {
        while (await tables.GetAsync(Partition(projectId), ProjectRow, cancellationToken) is { } row
            && change(Json.Read<ProjectRecord>(row.Json)) is { } changed)
        {
            // Who lost a race looks again at what is there now.
            if (await tables.TryWriteAsync([new(row.Partition, row.Row, Json.Write(changed), row.ETag)], cancellationToken))
                return;
        }
    }

    public async Task<ProjectRecord?> FindProjectAsync(string projectId, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition(projectId), ProjectRow, cancellationToken) is { } row ? Json.Read<ProjectRecord>(row.Json) : null;

    /// <summary>Those that there are, in this order.</summary>
    public async Task<IReadOnlyList<ProjectRecord>> FindProjectsAsync(IReadOnlyList<string> projectIds, CancellationToken cancellationToken)
    {
        IReadOnlyList<TableRow?> rows = await tables.GetAsync([.. projectIds.Select(id => (Partition(id), ProjectRow))], cancellationToken);
        return [.. rows.OfType<TableRow>().Select(r => Json.Read<ProjectRecord>(r.Json))];
    }

    /// <summary>The latest merge plan stands.</summary>
    public Task SavePlanAsync(ProjectMergePlan plan, CancellationToken cancellationToken) =>
        tables.WriteAsync([new(Partition(plan.ProjectId), PlanRow, Json.Write(plan))], cancellationToken);

    public async Task<ProjectMergePlan?> FindPlanAsync(string projectId, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition(projectId), PlanRow, cancellationToken) is { } row ? Json.Read<ProjectMergePlan>(row.Json) : null;

    /// <summary>A row of its own: the project's document has one writer, its orchestration.</summary>
    public Task SaveRisksAsync(string projectId, IReadOnlyList<ProjectRisk> risks, CancellationToken cancellationToken) =>
        tables.WriteAsync([new(Partition(projectId), RisksRow, Json.Write(risks))], cancellationToken);

    public async Task<IReadOnlyList<ProjectRisk>> ListRisksAsync(string projectId, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition(projectId), RisksRow, cancellationToken) is { } row ? Json.Read<List<ProjectRisk>>(row.Json) : [];

    public async Task<ListPage<ProjectRecord>> ListProjectsAsync(ListRange range, CancellationToken cancellationToken, ProjectFilter? filter = null)
    {
        ListPage<(string Id, string Entry)> page = await projects.PageAsync(filter?.Key ?? ListIndex.All, range, filter?.Since, cancellationToken);
        return new(await FindProjectsAsync([.. page.Items.Select(e => e.Id)], cancellationToken), page.Total, page.Next);
    }

    /// <summary>Sessions, and agents that mend or resolve for a project: these are in no list of sessions, whose work projects and people merge.</summary>
    public async Task SaveSessionAsync(SessionRecord session, CancellationToken cancellationToken)
    {
        string partition = SessionPartition(session);
        if (session.FixKind is not null)
        {
            await tables.WriteAsync([new(partition, FixRow(session.SessionId), Json.Write(session))], cancellationToken);
            return;
        }

        await sessions.SaveAsync(session.SessionId, Json.Write(new IndexEntry(partition, session.TeamName, session.Status)), replace: true, cancellationToken);
        await tables.WriteAsync([new(partition, SessionRow(session.SessionId), Json.Write(session))], cancellationToken);
    }

    /// <summary>Makes a launched session visible at once; its orchestration may have been quicker, then nothing is done.</summary>
    public async Task AddSessionAsync(SessionRecord session, CancellationToken cancellationToken)
    {
        string partition = SessionPartition(session);
        await sessions.SaveAsync(session.SessionId, Json.Write(new IndexEntry(partition, session.TeamName, session.Status)), replace: false, cancellationToken);
        // The orchestration's own, newer document stands.
        await tables.TryWriteAsync([new(partition, SessionRow(session.SessionId), Json.Write(session), TableWrite.Absent)], cancellationToken);
    }

    /// <summary>Sessions of projects and single ones.</summary>
    public async Task<ListPage<SessionRecord>> ListAllSessionsAsync(ListRange range, CancellationToken cancellationToken, SessionFilter? filter = null)
    {
        ListPage<(string Id, string Entry)> page = await sessions.PageAsync(filter?.Key ?? ListIndex.All, range, filter?.Since, cancellationToken);
        IReadOnlyList<TableRow?> rows = await tables.GetAsync(
            [.. page.Items.Select(e => (Json.Read<IndexEntry>(e.Entry).Partition, SessionRow(e.Id)))], cancellationToken);
        return new([.. rows.OfType<TableRow>().Select(r => Json.Read<SessionRecord>(r.Json))], page.Total, page.Next);
    }

    public async Task<IReadOnlyList<SessionRecord>> ListSessionsAsync(string projectId, CancellationToken cancellationToken)
    {
        IReadOnlyList<TableRow> rows = await tables.QueryAsync(Partition(projectId), prefix: "session/", limit: 10_000, cancellationToken: cancellationToken);
        return [.. rows.Select(r => Json.Read<SessionRecord>(r.Json))];
    }

    /// <summary>The agents that mended or resolved for a project, oldest first.</summary>
    public async Task<IReadOnlyList<SessionRecord>> ListFixAgentsAsync(string projectId, CancellationToken cancellationToken)
    {
        IReadOnlyList<TableRow> rows = await tables.QueryAsync(Partition(projectId), prefix: "fix/", limit: 10_000, cancellationToken: cancellationToken);
        return [.. rows.Select(r => Json.Read<SessionRecord>(r.Json)).OrderBy(s => s.StartedAt)];
    }

    /// <param name="sessionId">Also the id of the run of an agent that mends or resolves.</param>
    public async Task<SessionRecord?> FindSessionAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (Ids.OwnerOf(sessionId) is { } project)
            return await tables.GetAsync(Partition(project), FixRow(sessionId), cancellationToken) is { } row ? Json.Read<SessionRecord>(row.Json) : null;
        return await sessions.FindAsync(sessionId, cancellationToken) is { } entry ? await FindSessionAsync(sessionId, entry, cancellationToken) : null;
    }

    private async Task<SessionRecord?> FindSessionAsync(string sessionId, string entry, CancellationToken cancellationToken) =>
        await tables.GetAsync(Json.Read<IndexEntry>(entry).Partition, SessionRow(sessionId), cancellationToken) is { } row
            ? Json.Read<SessionRecord>(row.Json)
            : null;

    /// <summary>Every repository that anything was ever launched on. A project's sessions are where it is, so that only single ones are looked at.</summary>
    public async Task<IReadOnlyCollection<string>> ListRepositoriesAsync(CancellationToken cancellationToken)
    {
        HashSet<string> found = new(StringComparer.Ordinal);
        await foreach (ProjectRecord project in AllAsync(range => ListProjectsAsync(range, cancellationToken)))
            found.Add(project.RepoPath);
        await foreach ((string id, string entry) in AllAsync(range => sessions.PageAsync(ListIndex.All, range, null, cancellationToken)))
        {
            if (Json.Read<IndexEntry>(entry).Partition == SessionRow(id) && await FindSessionAsync(id, entry, cancellationToken) is { } session)
                found.Add(session.RepoPath);
        }

        return found;
    }

    /// <summary>Adds a decision unless it is there: a re-run must not re-open an answered one.</summary>
    public async Task OpenDecisionAsync(DecisionRecord decision, CancellationToken cancellationToken)
    {
        if (decision.ExpiresAt is { } expires)
            await tables.WriteAsync([new(DueIndex, DueRow(expires, decision.DecisionId), "{}")], cancellationToken);
        await tables.WriteAsync([new(DecisionIndex, decision.DecisionId, Json.Write(new IndexEntry(Partition(decision.ProjectId))))], cancellationToken);
        // One that was opened before a crash stands; it may even have its answer by now.
        await tables.TryWriteAsync(
            [new(Partition(decision.ProjectId), DecisionRow(decision.DecisionId), Json.Write(decision), TableWrite.Absent)], cancellationToken);
    }

    /// <summary>Those whose time is over, oldest first; what was answered meanwhile is no longer due.</summary>
    public async Task<IReadOnlyList<DecisionRecord>> ListDueDecisionsAsync(DateTime now, CancellationToken cancellationToken)
    {
        var due = new List<DecisionRecord>();
        foreach (TableRow row in await tables.QueryAsync(DueIndex, limit: 100, cancellationToken: cancellationToken))
        {
            if (string.CompareOrdinal(row.Row, DueRow(now, "")) > 0)
                break;
            if (await FindDecisionAsync(row.Row.Split('/')[1], cancellationToken) is { Status: "pending" } decision)
                due.Add(decision);
            else
                await tables.WriteAsync([new(DueIndex, row.Row, null)], cancellationToken);
        }

        return due;
    }

    public async Task<IReadOnlyList<DecisionRecord>> ListDecisionsAsync(string projectId, CancellationToken cancellationToken)
    {
        IReadOnlyList<TableRow> rows = await tables.QueryAsync(Partition(projectId), prefix: "decision/", limit: 10_000, cancellationToken: cancellationToken);
        return [.. rows.Select(r => Json.Read<DecisionRecord>(r.Json))];
    }

    public async Task<DecisionRecord?> FindDecisionAsync(string decisionId, CancellationToken cancellationToken) =>
        (await LoadDecisionAsync(decisionId, cancellationToken))?.Decision;

    /// <summary>
    /// Resolves a pending decision, once: of several callers one gets the record, the others null.
    /// The answer is left in the outbox in the same batch, so that it reaches the orchestration whatever happens next.
    /// </summary>
    public async Task<DecisionRecord?> ResolveDecisionAsync(string decisionId, string status, DecisionAnswer? answer, DateTime at, CancellationToken cancellationToken)
    {
        while (await LoadDecisionAsync(decisionId, cancellationToken) is var (decision, row))
        {
            if (decision.Status != "pending")
                return null;
            DecisionRecord resolved = decision with { Status = status, Comment = answer?.Comment, Granted = answer?.Granted, ResolvedAt = at };
            var writes = new List<TableWrite> { new(row.Partition, row.Row, Json.Write(resolved), row.ETag) };
            if (answer is not null)
                writes.Add(new(row.Partition, OutboxRow(decisionId), Json.Write(answer)));
            try
            {
                if (answer is not null)
                    await tables.WriteAsync([new(OutboxIndex, decisionId, Json.Write(new OutboxEntry(decision.ProjectId, row.Partition)))], cancellationToken);
                await tables.WriteAsync(writes, cancellationToken);
                return resolved;
            }
            catch (TableConflictException)
            {
                // Somebody was quicker: read again, which finds it resolved.
            }
        }

        return null;
    }

    /// <summary>Answers not yet known to have reached their orchestration.</summary>
    public async Task<IReadOnlyList<(string ProjectId, DecisionAnswer Answer)>> ListUndeliveredAsync(CancellationToken cancellationToken)
    {
        var answers = new List<(string, DecisionAnswer)>();
        foreach (TableRow row in await tables.QueryAsync(OutboxIndex, cancellationToken: cancellationToken))
        {
            OutboxEntry entry = Json.Read<OutboxEntry>(row.Json);
            if (await tables.GetAsync(entry.Partition, OutboxRow(row.Row), cancellationToken) is { } answer)
                answers.Add((entry.ProjectId, Json.Read<DecisionAnswer>(answer.Json)));
        }

        return answers;
    }

    public async Task MarkDeliveredAsync(string projectId, string decisionId, CancellationToken cancellationToken)
    {
        await tables.WriteAsync([new(Partition(projectId), OutboxRow(decisionId), null)], cancellationToken);
        await tables.WriteAsync([new(OutboxIndex, decisionId, null)], cancellationToken);
    }

    private const string OutboxIndex = "outbox";
    private const string DueIndex = "due";

    private async Task<(DecisionRecord Decision, TableRow Row)?> LoadDecisionAsync(string decisionId, CancellationToken cancellationToken)
    {
        if (await tables.GetAsync(DecisionIndex, decisionId, cancellationToken) is not { } index)
            return null;
        string partition = Json.Read<IndexEntry>(index.Json).Partition;
        return await tables.GetAsync(partition, DecisionRow(decisionId), cancellationToken) is { } row
            ? (Json.Read<DecisionRecord>(row.Json), row)
            : null;
    }

    /// <summary>Every item of a list, read page by page.</summary>
    private static async IAsyncEnumerable<T> AllAsync<T>(Func<ListRange, Task<ListPage<T>>> read)
    {
        const int Page = 1000;
        for (ListRange? range = new(Page); range is not null;)
        {
            ListPage<T> page = await read(range);
            foreach (T item in page.Items)
                yield return item;
            range = page.Next is { } next ? new ListRange(Page, After: next) : null;
        }
    }

    private static string Partition(string projectId) => $"project/{projectId}";

    private static string SessionPartition(SessionRecord session) =>
        session.ProjectId is null ? $"session/{session.SessionId}" : Partition(session.ProjectId);

    private static string SessionRow(string sessionId) => $"session/{sessionId}";

    private static string FixRow(string runId) => $"fix/{runId}";

    private static string DecisionRow(string decisionId) => $"decision/{decisionId}";

    private static string DueRow(DateTime at, string decisionId) => string.Create(CultureInfo.InvariantCulture, $"{at:yyyyMMddHHmmssfff}/{decisionId}");

    private static string OutboxRow(string decisionId) => $"outbox/{decisionId}";

    internal sealed record ProjectEntry(string? Phase = null);

    internal sealed record IndexEntry(string Partition, string? Team = null, string? Status = null);

    private sealed record OutboxEntry(string ProjectId, string Partition);
}
