using Orchestra.Core.Storage;

namespace Orchestra.Functions.Upkeep;

/// <summary>Every repository that anything was ever launched on.</summary>
internal static class Repositories
{
    private const int Everything = 100_000;

    public static async Task<IEnumerable<string>> OfAsync(ProjectStore store, CancellationToken cancellationToken)
    {
        var projects = await store.ListProjectsAsync(new ListRange(Everything), cancellationToken);
        var sessions = await store.ListAllSessionsAsync(new ListRange(Everything), cancellationToken);
        return projects.Items.Select(p => p.RepoPath).Concat(sessions.Items.Select(s => s.RepoPath)).Distinct(StringComparer.Ordinal);
    }
}
