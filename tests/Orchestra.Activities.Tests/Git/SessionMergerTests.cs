using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Git;
using Orchestra.Activities.Sessions;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Testing;

namespace Orchestra.Activities.Tests.Git;

/// <summary>What is merged of a session whose branch is gone.</summary>
public sealed class SessionMergerTests : GitTest
{
    [Fact]
    public async Task The_recorded_head_is_merged_and_not_what_was_kept()
    {
        CommittedWork work = await KeptWorkAsync();

        SessionMergeOutcome outcome = await MergeAsync(work.HeadCommit);

        Assert.Null(outcome.Obstacle);
        Assert.Equal("work\n", Repository.Read("work.txt"));
        Assert.False(File.Exists(Path.Combine(Repo, ".env")));
    }

    [Fact]
    public async Task A_kept_ref_alone_is_not_merged_and_the_answer_says_what_to_do()
    {
        CommittedWork work = await KeptWorkAsync();

        SessionMergeOutcome outcome = await MergeAsync(null);

        Assert.Null(outcome.Commit);
        Assert.Contains($"orchestra recover {Session}", outcome.Obstacle, StringComparison.Ordinal);
        Assert.Equal(Base, Repository.Head());

        Repository.Git("branch", $"team/{Session}", work.HeadCommit);
        Assert.NotNull((await MergeAsync(null)).Commit);
    }

    [Fact]
    public async Task A_recorded_head_that_is_gone_is_no_kept_ref_either()
    {
        await KeptWorkAsync();
        Assert.Contains($"orchestra recover {Session}", (await MergeAsync(new string('1', Base.Length))).Obstacle, StringComparison.Ordinal);
    }

    private Task<SessionMergeOutcome> MergeAsync(string? head) => ActivatorUtilities.CreateInstance<SessionMerger>(Services).MergeAsync(
        new SessionWork(Repo, Session, Base, "refs/heads/main", null, head), "Merge", "Work", Date, Cancel);

    /// <summary>A session of which only its kept ref is left, with a secret in it.</summary>
    private async Task<CommittedWork> KeptWorkAsync()
    {
        Worktree worktree = await CreateWorktreeAsync();
        TestRepository.WriteIn(worktree.Path, "work.txt", "work\n");
        TestRepository.WriteIn(worktree.Path, ".env", "KEY=1\n");
        CommittedWork work = await Git.CommitWork(new CommitWorkInput(Repo, worktree.Path, worktree.Branch, Base, "Work", Date), Cancel);
        await Git.CleanUp(new CleanUpInput(Repo, Project, [worktree.Path], Keep: [new KeepWorkInput(Repo, Session, worktree.Path, Date)]), Cancel);
        Repository.Git("update-ref", "-d", worktree.Branch);
        Assert.Equal("KEY=1", Repository.Git("show", RefNames.Kept(Session) + ":.env"));
        return work;
    }
}
