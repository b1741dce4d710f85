using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Git;
using Orchestra.Activities.Sessions;
using Orchestra.Core.Pipeline;
using Orchestra.Testing;

namespace Orchestra.Activities.Tests.Git;

/// <summary>What a session has changed, whatever becomes of its worktree.</summary>
public sealed class SessionDifferTests : GitTest
{
    [Fact]
    public async Task A_worktree_that_is_removed_while_it_is_looked_at_is_shown_by_its_branch()
    {
        Worktree worktree = await CreateWorktreeAsync();
        TestRepository.WriteIn(worktree.Path, "work.txt", "committed\n");
        await Git.CommitWork(new CommitWorkInput(Repo, worktree.Path, worktree.Branch, Base, "Work", Date), Cancel);
        // git itself removes it, in the middle of staging what is in it.
        TestRepository.WriteIn(worktree.Path, ".gitattributes", "last.txt filter=removes\n");
        TestRepository.WriteIn(worktree.Path, "last.txt", "not committed\n");
        string record = (await Get<Worktrees>().FindAsync(Repo, worktree.Path, Cancel))!.Record;
        Repository.Git("config", "filter.removes.clean", $"rm -rf '{record}' '{worktree.Path}'; cat");

        SessionDiff? diff = await ActivatorUtilities.CreateInstance<SessionDiffer>(Services).DiffAsync(new SessionWork(Repo, Session, Base, "refs/heads/main", worktree.Path, null), Cancel);

        Assert.False(Directory.Exists(record));
        Assert.Contains("+committed", diff!.Diff, StringComparison.Ordinal);
        Assert.DoesNotContain("last.txt", diff.Diff, StringComparison.Ordinal);
    }
}
