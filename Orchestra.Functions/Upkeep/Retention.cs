using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestra.Activities.Git;
using Orchestra.Activities.Upkeep;
using Orchestra.Core.Configuration;
using Orchestra.Core.Events;
using Orchestra.Core.Logs;
using Orchestra.Core.Storage;

namespace Orchestra.Functions.Upkeep;

/// <summary>
/// Ends what was stored longer than the configuration says: kept refs and snapshots of ended sessions, and folders of their runs. Each is told
/// in an event and in the log first; the commit's id in the event brings a pruned ref back until git collects its garbage. Log lines and events of
/// that age go without a word; events only up to the first one of something that still runs.
/// </summary>
public sealed class Retention(
    ProjectStore store, EventLog events, OrchestraConfig config, StoredScan scan, StoredPruner pruner, LogStore logs, TimeProvider time, ILogger<Retention> logger)
{
    public async Task<IReadOnlyList<Stored>> PruneAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (config.Outputs.RetentionDays == 0)
            return [];
        DateTimeOffset limit = time.GetUtcNow().AddDays(-config.Outputs.RetentionDays);
        var owners = new Owners(store, client);
        var pruned = new List<Stored>();
        foreach (Stored item in await FindAsync(cancellationToken))
        {
            // What nothing dates is not known to be old.
            if (item.Since is not { } since || since >= limit || await owners.IsActiveAsync(item.OwnerId, cancellationToken))
                continue;
            try
            {
                await TellAsync(item, cancellationToken);
                await pruner.PruneAsync(item, cancellationToken);
                pruned.Add(item);
            }
            catch (Exception e) when (e is GitException or IOException or UnauthorizedAccessException)
            {
                Log.NotPruned(logger, item.Kind, item.Name, e);
            }
        }

        await logs.PruneAsync(limit.UtcDateTime, cancellationToken);
        await events.PruneAsync(
            async e => e.At >= limit.UtcDateTime || await owners.IsActiveAsync(e.ProjectId ?? e.SessionId, cancellationToken), cancellationToken);
        return pruned;
    }

    private async Task<IReadOnlyList<Stored>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new List<Stored>([.. scan.Runs(), .. scan.Outputs()]);
        foreach (string repository in await store.ListRepositoriesAsync(cancellationToken))
            found.AddRange(await scan.RefsAsync(repository, cancellationToken));
        return found;
    }

    private async Task TellAsync(Stored item, CancellationToken cancellationToken)
    {
        Log.Pruning(logger, item.Kind, item.Name, item.RepoPath, item.Commit, item.Since!.Value);
        string? project = item.OwnerId is null ? null : (await store.FindSessionAsync(item.OwnerId, cancellationToken))?.ProjectId;
        await events.AppendAsync(
            [NewEvent.Of(
                $"pruned/{item.Kind}/{item.Name}/{item.Commit}", EventChannels.Teams, EventTypes.TeamProgress, EventNames.Pruned, project, item.OwnerId,
                time.GetUtcNow().UtcDateTime, new { item.Kind, item.Name, item.RepoPath, item.Commit, item.Since })],
            cancellationToken);
    }
}
