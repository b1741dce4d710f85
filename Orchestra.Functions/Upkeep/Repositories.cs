using Orchestra.Core.Storage;

namespace Orchestra.Functions.Upkeep;

/// <summary>Every repository that anything was ever launched on.</summary>
internal static class Repositories
{
    private const int Everything = 100_000;

    public static async Task<IEnumerable<string>> OfAsync(ProjectStore store, CancellationToken cancellationToken)
    {
        var projects = await store.ListProjectsAsync(Everything, 0, cancellationToken);
        var sessions = await store.ListAllSessionsAsync(Everything, 0, cancellationToken);
        return projects.Page.Select(p => p.RepoPath).Concat(sessions.Page.Select(s => s.RepoPath)).Distinct(StringComparer.Ordinal);
    }
}
