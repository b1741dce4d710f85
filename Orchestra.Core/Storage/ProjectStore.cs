using Orchestra.Core.Pipeline;

namespace Orchestra.Core.Storage;

/// <summary>
/// Projects, sessions and decisions over the table port. Partition <c>project/ID</c> holds everything of one project;
/// the partitions <c>projects</c>, <c>sessions</c> and <c>decisions</c> are the indexes from an id to its partition.
/// An index row is written before the document that it points to; readers skip an index row without document.
/// </summary>
public sealed class ProjectStore(ITableStore tables)
{
    private const string ProjectIndex = "projects";
    private const string SessionIndex = "sessions";
    private const string DecisionIndex = "decisions";
    private const string ProjectRow = "project";
    private const string PlanRow = "plan";

    public async Task SaveProjectAsync(ProjectRecord project, CancellationToken cancellationToken)
    {
        await tables.WriteAsync([new(ProjectIndex, project.ProjectId, Json.Write(new ProjectEntry(project.Phase)))], cancellationToken);
        await tables.WriteAsync([new(Partition(project.ProjectId), ProjectRow, Json.Write(project))], cancellationToken);
    }

    /// <summary>Makes a launched project visible at once; its orchestration may have been quicker, then nothing is done.</summary>
    public async Task AddProjectAsync(ProjectRecord project, CancellationToken cancellationToken)
    {
        await IndexAsync(new(ProjectIndex, project.ProjectId, Json.Write(new ProjectEntry(project.Phase)), TableWrite.Absent), cancellationToken);
        try
        {
            await tables.WriteAsync([new(Partition(project.ProjectId), ProjectRow, Json.Write(project), TableWrite.Absent)], cancellationToken);
        }
        catch (TableConflictException)
        {
            // The orchestration's own, newer document stands.
        }
    }

    /// <summary>Changes a stored project unless <paramref name="change"/> gives null; whoever writes in between is read again.</summary>
    public async Task UpdateProjectAsync(string projectId, Func<ProjectRecord, ProjectRecord?> change, CancellationToken cancellationToken)
    {
        while (await tables.GetAsync(Partition(projectId), ProjectRow, cancellationToken) is { } row
            && change(Json.Read<ProjectRecord>(row.Json)) is { } changed)
        {
            try
            {
                await tables.WriteAsync([new(row.Partition, row.Row, Json.Write(changed), row.ETag)], cancellationToken);
                return;
            }
            catch (TableConflictException)
            {
                // Look again at what is there now.
            }
        }
    }

    public async Task<ProjectRecord?> FindProjectAsync(string projectId, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition(projectId), ProjectRow, cancellationToken) is { } row ? Json.Read<ProjectRecord>(row.Json) : null;

    /// <summary>The latest merge plan stands.</summary>
    public Task SavePlanAsync(ProjectMergePlan plan, CancellationToken cancellationToken) =>
        tables.WriteAsync([new(Partition(plan.ProjectId), PlanRow, Json.Write(plan))], cancellationToken);

    public async Task<ProjectMergePlan?> FindPlanAsync(string projectId, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition(projectId), PlanRow, cancellationToken) is { } row ? Json.Read<ProjectMergePlan>(row.Json) : null;

    /// <summary>Newest first. A filter looks at the index only, so that documents are read for one page and no more.</summary>
    public async Task<(IReadOnlyList<ProjectRecord> Page, int Total)> ListProjectsAsync(
        int limit, int offset, CancellationToken cancellationToken, ProjectFilter? filter = null)
    {
        (IReadOnlyList<string> ids, int total) = await PageAsync(
            ProjectIndex, limit, offset, filter?.Since, filter?.Phase is { } phase ? row => Json.Read<ProjectEntry>(row.Json).Phase == phase : null, cancellationToken);
        var page = new List<ProjectRecord>();
        foreach (string id in ids)
        {
            if (await FindProjectAsync(id, cancellationToken) is { } project)
                page.Add(project);
        }

        return (page, total);
    }

    public async Task SaveSessionAsync(SessionRecord session, CancellationToken cancellationToken)
    {
        string partition = SessionPartition(session);
        await tables.WriteAsync([new(SessionIndex, session.SessionId, Json.Write(new IndexEntry(partition, session.TeamName, session.Status)))], cancellationToken);
        await tables.WriteAsync([new(partition, SessionRow(session.SessionId), Json.Write(session))], cancellationToken);
    }

    /// <summary>Makes a launched session visible at once; its orchestration may have been quicker, then nothing is done.</summary>
    public async Task AddSessionAsync(SessionRecord session, CancellationToken cancellationToken)
    {
        string partition = SessionPartition(session);
        await IndexAsync(
            new(SessionIndex, session.SessionId, Json.Write(new IndexEntry(partition, session.TeamName, session.Status)), TableWrite.Absent), cancellationToken);
        try
        {
            await tables.WriteAsync([new(partition, SessionRow(session.SessionId), Json.Write(session), TableWrite.Absent)], cancellationToken);
        }
        catch (TableConflictException)
        {
            // The orchestration's own, newer document stands.
        }
    }

    /// <summary>Sessions of projects and single ones, newest first.</summary>
    public async Task<(IReadOnlyList<SessionRecord> Page, int Total)> ListAllSessionsAsync(
        int limit, int offset, CancellationToken cancellationToken, SessionFilter? filter = null)
    {
        (IReadOnlyList<string> ids, int total) = await PageAsync(
            SessionIndex, limit, offset, filter?.Since, filter is { Team: null, Status: null } or null ? null : row => filter.Matches(Json.Read<IndexEntry>(row.Json)), cancellationToken);
        var page = new List<SessionRecord>();
        foreach (string id in ids)
        {
            if (await FindSessionAsync(id, cancellationToken) is { } session)
                page.Add(session);
        }

        return (page, total);
    }

    public async Task<IReadOnlyList<SessionRecord>> ListSessionsAsync(string projectId, CancellationToken cancellationToken)
    {
        IReadOnlyList<TableRow> rows = await tables.QueryAsync(Partition(projectId), prefix: "session/", limit: 10_000, cancellationToken: cancellationToken);
        return [.. rows.Select(r => Json.Read<SessionRecord>(r.Json))];
    }

    public async Task<SessionRecord?> FindSessionAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (await tables.GetAsync(SessionIndex, sessionId, cancellationToken) is not { } index)
            return null;
        string partition = Json.Read<IndexEntry>(index.Json).Partition;
        return await tables.GetAsync(partition, SessionRow(sessionId), cancellationToken) is { } row ? Json.Read<SessionRecord>(row.Json) : null;
    }

    /// <summary>Adds a decision unless it is there: a re-run must not re-open an answered one.</summary>
    public async Task OpenDecisionAsync(DecisionRecord decision, CancellationToken cancellationToken)
    {
        await tables.WriteAsync([new(DecisionIndex, decision.DecisionId, Json.Write(new IndexEntry(Partition(decision.ProjectId))))], cancellationToken);
        try
        {
            await tables.WriteAsync(
                [new(Partition(decision.ProjectId), DecisionRow(decision.DecisionId), Json.Write(decision), TableWrite.Absent)], cancellationToken);
        }
        catch (TableConflictException)
        {
            // Opened before a crash; it may even have its answer by now.
        }
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
            DecisionRecord resolved = decision with { Status = status, Comment = answer?.Comment, ResolvedAt = at };
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

    private async Task<(DecisionRecord Decision, TableRow Row)?> LoadDecisionAsync(string decisionId, CancellationToken cancellationToken)
    {
        if (await tables.GetAsync(DecisionIndex, decisionId, cancellationToken) is not { } index)
            return null;
        string partition = Json.Read<IndexEntry>(index.Json).Partition;
        return await tables.GetAsync(partition, DecisionRow(decisionId), cancellationToken) is { } row
            ? (Json.Read<DecisionRecord>(row.Json), row)
            : null;
    }

    private static string Partition(string projectId) => $"project/{projectId}";

    private static string SessionPartition(SessionRecord session) =>
        session.ProjectId is null ? $"session/{session.SessionId}" : Partition(session.ProjectId);

    private static string SessionRow(string sessionId) => $"session/{sessionId}";

    private static string DecisionRow(string decisionId) => $"decision/{decisionId}";

    private static string OutboxRow(string decisionId) => $"outbox/{decisionId}";

    /// <summary>An index row of a thing that is about to be made; whoever made it already knows more.</summary>
    private async Task IndexAsync(TableWrite row, CancellationToken cancellationToken)
    {
        try
        {
            await tables.WriteAsync([row], cancellationToken);
        }
        catch (TableConflictException)
        {
            // The newer row stands.
        }
    }

    /// <summary>One page of an index, newest first, and how many there are in all.</summary>
    private async Task<(IReadOnlyList<string> Ids, int Total)> PageAsync(
        string index, int limit, int offset, DateTime? since, Func<TableRow, bool>? matches, CancellationToken cancellationToken)
    {
        if (since is null && matches is null)
        {
            IReadOnlyList<TableRow> rows = await tables.QueryAsync(index, limit: offset + limit, descending: true, cancellationToken: cancellationToken);
            return ([.. rows.Skip(offset).Select(r => r.Row)], await tables.CountAsync(index, cancellationToken));
        }

        // Ids begin with their time, so that those before a moment need not be looked at.
        string first = since is { } moment ? Ids.At(moment, "") : "";
        var found = new List<string>();
        string? after = null;
        while (true)
        {
            IReadOnlyList<TableRow> rows = await tables.QueryAsync(index, after, limit: IndexPage, descending: true, cancellationToken: cancellationToken);
            found.AddRange(rows.TakeWhile(r => string.CompareOrdinal(r.Row, first) >= 0).Where(r => matches?.Invoke(r) != false).Select(r => r.Row));
            if (rows.Count < IndexPage || string.CompareOrdinal(rows[^1].Row, first) < 0)
                return ([.. found.Skip(offset).Take(limit)], found.Count);
            after = rows[^1].Row;
        }
    }

    private const int IndexPage = 1000;

    private sealed record ProjectEntry(string? Phase = null);

    internal sealed record IndexEntry(string Partition, string? Team = null, string? Status = null);

    private sealed record OutboxEntry(string ProjectId, string Partition);
}

/// <summary>Which projects are asked for; null asks for all.</summary>
public sealed record ProjectFilter(string? Phase, DateTime? Since);

/// <summary>Which sessions are asked for; null asks for all.</summary>
public sealed record SessionFilter(string? Team, string? Status, DateTime? Since)
{
    internal bool Matches(ProjectStore.IndexEntry entry) => (Team is null || entry.Team == Team) && (Status is null || entry.Status == Status);
}
