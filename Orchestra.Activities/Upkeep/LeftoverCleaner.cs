using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Upkeep;

/// <summary>Takes leftovers away, but only those whose content a ref holds that stays.</summary>
public sealed class LeftoverCleaner(
    GitCli git, Worktrees worktrees, WorktreeRemover remover, Checkouts checkouts, Keeper keeper, DataFolder data)
{
    private static readonly string[] Passing = ["refs/heads/team/", "refs/heads/orchestra/", "refs/orchestra/wip/"];

    /// <summary>Why a leftover must stay as it is; null when <see cref="CleanAsync"/> may take it away.</summary>
    public async Task<string?> ObjectionAsync(Leftover item, CancellationToken cancellationToken) => item.Kind switch
    {
        "removed" or "wip" => null,
        "branch" when await IsHeldAsync(item, cancellationToken) => (await checkouts.OfAsync(item.RepoPath!, item.Name, cancellationToken)) is [{ } checkout, ..]
            ? $"it is checked out in {checkout.Path}"
            : null,
        "branch" => "no branch, tag or kept ref that stays has all its commits",
        _ when item.RepoPath is null => "its repository is not to be found, so its content cannot be kept",
        _ => await WorktreeObjectionAsync(item, cancellationToken),
    };

    public async Task CleanAsync(Leftover item, DateTime date, CancellationToken cancellationToken)
    {
        switch (item.Kind)
        {
            case "removed":
                Directory.Delete(item.Path!, recursive: true);
                break;
            case "branch":
                await DeleteRefAsync(item, cancellationToken);
                break;
            case "wip":
                await keeper.AddAsync(item.RepoPath!, item.Name[(item.Name.LastIndexOf('/') + 1)..], item.Commit!, date, cancellationToken);
                await DeleteRefAsync(item, cancellationToken);
                break;
            default:
                // A gates' worktree is a checkout of a commit of ours; whatever else is in it came out of a build.
                if (!IsForGates(item)
                    && await keeper.KeepAsync(new KeepWorkInput(item.RepoPath!, GitNames.WorkId(item.Name), item.Path, date), cancellationToken) is null)
                    throw new IOException($"The content of {item.Path} could not be kept.");
                await worktrees.RemoveAsync(item.RepoPath!, item.Path!, cancellationToken);
                break;
        }
    }

    private async Task<string?> WorktreeObjectionAsync(Leftover item, CancellationToken cancellationToken)
    {
        if (await worktrees.FindAsync(item.RepoPath!, item.Path!, cancellationToken) is null)
            return $"{item.RepoPath} does not know it as a worktree, so its content cannot be kept";
        return IsForGates(item) ? null : await remover.ObjectionAsync(item.RepoPath!, item.Path!, cancellationToken);
    }

    private bool IsForGates(Leftover item) => item.OwnerId is { } owner && item.Path == data.IntegrationWorktree(owner);

    private async Task<bool> IsHeldAsync(Leftover item, CancellationToken cancellationToken)
    {
        GitResult holders = await git.RunAsync(
            new GitCommand(
                item.RepoPath!, "for-each-ref", "--format=%(refname)", "--contains", item.Commit!,
                "refs/heads", "refs/remotes", "refs/tags", "refs/orchestra/kept"),
            cancellationToken);
        return holders.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Any(name => !Passing.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
    }

    // By compare-and-swap: whoever moved it since has a reason.
    private Task DeleteRefAsync(Leftover item, CancellationToken cancellationToken) =>
        git.RunAsync(new GitCommand(item.RepoPath!, "update-ref", "-d", item.Name, item.Commit!), cancellationToken);
}
