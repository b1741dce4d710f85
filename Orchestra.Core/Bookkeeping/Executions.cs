using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Core.Bookkeeping;

/// <summary>One thing that was launched and has ended: a project or a session of its own.</summary>
/// <param name="Id">Of the project or session.</param>
/// <param name="Kind">One of <see cref="ExecutionKinds"/>.</param>
/// <param name="Mode"><c>gm</c> for projects, else the team.</param>
/// <param name="GlobalClientMode">The client mode that held where nothing nearer named one.</param>
/// <param name="Title">The project's name, or the task.</param>
/// <param name="Status">The final phase or status.</param>
/// <param name="Filename">Of its results in the outputs folder.</param>
public sealed record ExecutionRecord(
    string Id, string Kind, DateTime Timestamp, string Mode, string GlobalClientMode, int AgentCount, int SuccessCount, int FailCount,
    string Title, string Status, RunUsage? Usage, string? Filename = null);

public static class ExecutionKinds
{
    public const string Project = "project";

    /// <summary>A session of its own.</summary>
    public const string Session = "session";

    /// <summary>A round of the orchestrator.</summary>
    public const string Orchestrator = "orchestrator";
}

/// <summary>The list of executions: one small row each, so that a page costs one query.</summary>
public sealed class ExecutionStore(ITableStore tables)
{
    private const string Partition = "executions";

    public Task SaveAsync(ExecutionRecord execution, CancellationToken cancellationToken) =>
        tables.WriteAsync([new(Partition, execution.Id, Json.Write(execution))], cancellationToken);

    public async Task<ExecutionRecord?> FindAsync(string id, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition, id, cancellationToken) is { } row ? Json.Read<ExecutionRecord>(row.Json) : null;

    /// <summary>Those launched last come first.</summary>
    public async Task<(IReadOnlyList<ExecutionRecord> Page, int Total)> ListAsync(int limit, int offset, CancellationToken cancellationToken)
    {
        IReadOnlyList<TableRow> rows = await tables.QueryAsync(Partition, limit: limit, descending: true, skip: offset, cancellationToken: cancellationToken);
        return ([.. rows.Select(r => Json.Read<ExecutionRecord>(r.Json))], await tables.CountAsync(Partition, cancellationToken));
    }
}
