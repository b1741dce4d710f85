using Orchestra.Activities.Git;
using Orchestra.Activities.Processes;
using Orchestra.Core;

namespace Orchestra.Activities.Upkeep;

/// <summary>Takes away what was stored long enough.</summary>
public sealed class StoredPruner(GitCli git, DataFolder data)
{
    public async Task PruneAsync(Stored item, CancellationToken cancellationToken)
    {
        if (item.Kind == StoredScan.OutputKind)
        {
            File.Delete(Path.Combine(data.Outputs, Path.GetFileName(item.Name)));
            return;
        }

        if (item.Kind != "run")
        {
            // By compare-and-swap: what was kept a moment ago is not what was looked at.
            await git.RunAsync(new GitCommand(item.RepoPath!, "update-ref", "-d", item.Name, item.Commit!), cancellationToken);
            return;
        }

        Directory.Delete(data.Run(GitNames.WorkId(item.Name)), recursive: true);
        // The mark that ended it, if one did, has nothing left to end.
        data.RemoveCancelMark(item.Name);
    }
}
