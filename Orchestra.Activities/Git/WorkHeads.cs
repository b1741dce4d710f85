using Orchestra.Core;

namespace Orchestra.Activities.Git;

/// <summary>Where sessions' work is now: the snapshot of what is uncommitted, or the branch where that has gone on from it.</summary>
public sealed class WorkHeads(GitCli git)
{
    /// <summary>Per session its commit; sessions without a branch are left out.</summary>
    public async Task<IReadOnlyDictionary<string, string>> OfAsync(string repoPath, IReadOnlyList<string> sessions, CancellationToken cancellationToken)
    {
        if (sessions.Count == 0)
            return new Dictionary<string, string>();
        GitResult result = await git.RunAsync(
            new GitCommand(repoPath, ["for-each-ref", "--format=%(refname) %(objectname) %(parent)", .. sessions.SelectMany(s => new[] { RefNames.TeamBranch(s), RefNames.Wip(s) })]),
            cancellationToken);
        Dictionary<string, string[]> refs = result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')).ToDictionary(parts => parts[0], StringComparer.Ordinal);
        var heads = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string session in sessions)
        {
            if (refs.GetValueOrDefault(RefNames.TeamBranch(session)) is not { } branch)
                continue;
            bool isAhead = refs.GetValueOrDefault(RefNames.Wip(session)) is { } wip && wip[2] == branch[1];
            heads[session] = isAhead ? refs[RefNames.Wip(session)][1] : branch[1];
        }

        return heads;
    }
}
