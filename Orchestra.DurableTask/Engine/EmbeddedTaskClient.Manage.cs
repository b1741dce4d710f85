using System.Globalization;
using System.Text;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Journal;

namespace Orchestra.DurableTask.Engine;

/// <summary>Listing, history, purge, restart and rewind.</summary>
internal sealed partial class EmbeddedTaskClient
{
    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        OrchestrationQuery query = filter ?? new OrchestrationQuery();
        return Pageable.Create<OrchestrationMetadata>(async (token, size, cancellation) =>
        {
            (List<InstanceRow> rows, string? next) = await PageAsync(ToFilter(query.CreatedFrom, query.CreatedTo, query.Statuses) with { Prefix = query.InstanceIdPrefix ?? "", Data = query.FetchInputsAndOutputs, NewestFirst = query is NewestFirstQuery }, token ?? query.ContinuationToken, size ?? query.PageSize, cancellation).ConfigureAwait(false);
            return new Page<OrchestrationMetadata>([.. rows.Select(row => ToMetadata(row, query.FetchInputsAndOutputs))], next);
        });
    }

    public override async Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default)
    {
        ListFilter filter = ToFilter(null, null, runtimeStatus) with { CompletedFrom = completedTimeFrom?.UtcTicks, CompletedTo = completedTimeTo?.UtcTicks };
        (List<InstanceRow> rows, string? next) = await PageAsync(filter, lastInstanceKey, pageSize, cancellation).ConfigureAwait(false);
        return new Page<string>([.. rows.Select(row => row.Id)], next);
    }

    public override async Task<IList<HistoryEvent>> GetOrchestrationHistoryAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (await FindAsync(instanceId, data: false, cancellation).ConfigureAwait(false) is null)
            throw Unknown(instanceId);
        List<JournalEvent> history = await engine.ReadAsync(session => HistoryStore.Read(session, instanceId)).ConfigureAwait(false);
        return [.. history.Select(entry => HistoryExport.ToPublic(instanceId, entry))];
    }

    public override Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
        => PurgeAsync(instanceId, options, force: false, cancellation);

    /// <param name="force">Removes an instance that has not ended, too: its work goes on unheard and its results are refused.</param>
    public async Task<PurgeResult> PurgeAsync(string instanceId, PurgeInstanceOptions? options, bool force, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        int count = await engine.Writer.Run((session, effects) =>
        {
            InstanceRow? row = QueryStore.Find(session, instanceId);
            if (row is null)
                return 0;
            if (!row.IsTerminal && !force)
                throw new InvalidOperationException($"The orchestration '{instanceId}' is {row.Status}; only a finished one can be purged, unless it is forced.");
            return Purge(session, effects, instanceId, options?.Recursive ?? false, force);
        }).ConfigureAwait(false);
        return new PurgeResult(count);
    }

    /// <summary>Only finished instances, whatever statuses are asked for; in steps, so that others get to write in between.</summary>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        OrchestrationRuntimeStatus[] terminal = [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];
        List<OrchestrationRuntimeStatus>? wanted = filter.Statuses?.ToList();
        List<OrchestrationRuntimeStatus> purged = [.. wanted is { Count: > 0 } ? terminal.Intersect(wanted) : terminal];
        if (purged.Count == 0)
            return new PurgeResult(0, filter.Timeout is null ? null : true);
        ListFilter list = ToFilter(filter.CreatedFrom, filter.CreatedTo, purged) with { Limit = 200 };
        long start = engine.Now;
        int total = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (filter.Timeout is { } timeout && engine.Now - start > timeout.Ticks)
                return new PurgeResult(total, isComplete: false);
            (int listed, int count) = await engine.Writer.Run((session, effects) =>
            {
                List<InstanceRow> rows = QueryStore.List(session, list);
                return (rows.Count, rows.Sum(row => Purge(session, effects, row.Id, options?.Recursive ?? false, force: false)));
            }).ConfigureAwait(false);
            total += count;
            if (listed < list.Limit)
                return new PurgeResult(total, filter.Timeout is null ? null : true);
        }
    }

    public override async Task<string> RestartAsync(string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        InstanceRow row = await FindAsync(instanceId, data: true, cancellation).ConfigureAwait(false) ?? throw Unknown(instanceId);
        if (!restartWithNewInstanceId && !row.IsTerminal)
            throw new InvalidOperationException($"The orchestration '{instanceId}' is {row.Status}; it can be restarted under its own ID only when it has ended.");
        string target = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId;
        var request = new StartRequest(target, Guid.NewGuid().ToString("N"), row.Name, row.Version, row.Input, JournalJson.Tags(row.Tags), null, 0);
        return await StartAsync(request, static status => !InboxStore.IsTerminal(status), cancellation).ConfigureAwait(false);
    }

    public override async Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        await engine.Writer.Run((session, effects) =>
        {
            var handOver = new HandOver();
            InstanceRow row = QueryStore.Find(session, instanceId) ?? throw Unknown(instanceId);
            if (row.Status != OrchestrationRuntimeStatus.Failed)
                throw new InvalidOperationException($"The orchestration '{instanceId}' is {row.Status}; only a failed one can be rewound.");
            RewindStore.Rewind(session, handOver, engine.Owner, row, reason, engine.Now, null);
            effects.Add(() =>
            {
                engine.Take(handOver);
                engine.Changed(instanceId, status: true);
            });
            return true;
        }).ConfigureAwait(false);
    }

    private static ArgumentException Unknown(string instanceId) => new($"No orchestration with the instance ID '{instanceId}' exists.", nameof(instanceId));

    private static ListFilter ToFilter(DateTimeOffset? from, DateTimeOffset? to, IEnumerable<OrchestrationRuntimeStatus>? statuses)
    {
        List<OrchestrationRuntimeStatus>? list = statuses?.ToList();
        return new ListFilter
        {
            CreatedFrom = from?.UtcTicks ?? 0,
            CreatedTo = to?.UtcTicks ?? long.MaxValue,
            Statuses = list is { Count: > 0 } ? list : null,
        };
    }

    private int Purge(Session session, List<Action> effects, string instanceId, bool recursive, bool force)
    {
        int count = 1;
        if (recursive)
        {
            foreach (string child in QueryStore.Children(session, instanceId))
            {
                if (QueryStore.Find(session, child) is { } row && (row.IsTerminal || force))
                    count += Purge(session, effects, child, recursive, force);
            }
        }

        InboxStore.Delete(session, instanceId);
        effects.Add(() =>
        {
            engine.Dispatcher?.Forget(instanceId);
            engine.Changed(instanceId, status: true);
        });
        return count;
    }

    private async Task<(List<InstanceRow> Rows, string? Next)> PageAsync(ListFilter filter, string? token, int size, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (size < 1)
            throw new ArgumentOutOfRangeException(nameof(size), size, "The page size must be positive.");
        filter = filter with { Limit = size };
        if (!string.IsNullOrEmpty(token))
            filter = filter with { After = ReadToken(token) };

        List<InstanceRow> rows = await engine.ReadAsync(session => QueryStore.List(session, filter)).ConfigureAwait(false);
        return (rows, rows.Count < size ? null : WriteToken(rows[^1]));
    }

    private static string WriteToken(InstanceRow last)
        => Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{last.CreatedAt}|{last.Id}")));

    private static (long Created, string Id) ReadToken(string token)
    {
        try
        {
            string text = Encoding.UTF8.GetString(Convert.FromBase64String(token));
            int bar = text.IndexOf('|', StringComparison.Ordinal);
            return (long.Parse(text.AsSpan(0, bar), CultureInfo.InvariantCulture), text[(bar + 1)..]);
        }
        catch (Exception error) when (error is FormatException or ArgumentOutOfRangeException or OverflowException)
        {
            throw new ArgumentException("The continuation token is not one of this client's.", nameof(token), error);
        }
    }
}
