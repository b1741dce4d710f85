using System.Security.Cryptography;
using System.Text;
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

/// <summary>The list of executions.</summary>
public sealed class ExecutionStore(ITableStore tables)
{
    private readonly ListIndex list = new(tables, "executions", json => [ListIndex.All, FilterOf(Json.Read<ExecutionRecord>(json).Mode)]);

    public Task SaveAsync(ExecutionRecord execution, CancellationToken cancellationToken) =>
        list.SaveAsync(execution.Id, Json.Write(execution), replace: true, cancellationToken);

    public async Task<ExecutionRecord?> FindAsync(string id, CancellationToken cancellationToken) =>
        await list.FindAsync(id, cancellationToken) is { } json ? Json.Read<ExecutionRecord>(json) : null;

    /// <summary>Those launched last come first.</summary>
    /// <param name="mode">Null: all modes.</param>
    /// <param name="since">Only what was launched then or later.</param>
    public async Task<ListPage<ExecutionRecord>> ListAsync(ListRange range, string? mode, DateTime? since, CancellationToken cancellationToken)
    {
        ListPage<(string Id, string Entry)> page = await list.PageAsync(mode is null ? ListIndex.All : FilterOf(mode), range, since, cancellationToken);
        return new([.. page.Items.Select(i => Json.Read<ExecutionRecord>(i.Entry))], page.Total, page.Next);
    }

    // A team's name, which is a mode too, may have any characters.
    private static string FilterOf(string mode) => $"mode={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(mode)), 0, 8)}";
}
