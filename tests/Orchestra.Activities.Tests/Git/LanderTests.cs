using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Git;

public sealed class LanderTests : GitTest
{
    private Task<LandOutcome> LandAsync(string commit, string target = "refs/heads/main") =>
        Git.Land(new LandInput(Repo, target, commit), Cancel);

    [Fact]
    public async Task A_checked_out_target_comes_along_with_unrelated_local_changes_untouched()
    {
        string work = Repository.Branch("work", Base, ("b ü.txt", "b"));
        Repository.Write("a.txt", "mine");
        Repository.Write("untracked", "mine");
        var landed = new LandOutcome(LandingStatus.Landed, work, null);
        Assert.Equal(landed, await LandAsync(work));
        Assert.Equal(landed, await LandAsync(work));
        Assert.Equal(work, Repository.Head("main"));
        Assert.Equal("b", Repository.Read("b ü.txt"));
        Assert.Equal(" M a.txt\n?? untracked", Repository.Git("status", "--porcelain"));
    }

    [Fact]
    public async Task A_target_that_is_not_checked_out_moves_by_its_ref_alone()
    {
        string work = Repository.Branch("work", Base, ("b.txt", "b"));
        Repository.Git("switch", "--quiet", "-c", "other");
        Assert.Equal(LandingStatus.Landed, (await LandAsync(work)).Status);
        Assert.Equal(work, Repository.Head("main"));
        Assert.False(File.Exists(Path.Combine(Repo, "b.txt")));
        Assert.Equal("", Repository.Git("status", "--porcelain"));
    }

    [Fact]
    public async Task A_target_with_commits_of_its_own_has_moved()
    {
        string work = Repository.Branch("work", Base, ("b.txt", "b"));
        string head = Repository.Commit("Later", ("c.txt", "c"));
        Assert.Equal(new LandOutcome(LandingStatus.TargetMoved, head, null), await LandAsync(work));
        Assert.Equal(head, Repository.Head("main"));
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("new file.txt")]
    [InlineData("ignored.txt")]
    public async Task Local_changes_in_the_way_block_and_stay(string path)
    {
        string work = Repository.Branch("work", Base, ("a.txt", "theirs"), ("new file.txt", "theirs"), ("ignored.txt", "theirs"));
        File.WriteAllText(Path.Combine(Repo, ".git", "info", "exclude"), "ignored.txt\n");
        Repository.Write(path, "mine");
        LandOutcome outcome = await LandAsync(work);
        Assert.Equal(LandingStatus.Blocked, outcome.Status);
        Assert.Contains(path, outcome.Reason);
        Assert.Contains("approve the landing again", outcome.Reason);
        Assert.Equal("mine", Repository.Read(path));
        Assert.Equal(Base, Repository.Head("main"));
    }

    [Fact]
    public async Task A_lock_an_operation_and_a_missing_branch_block()
    {
        string work = Repository.Branch("work", Base, ("b.txt", "b"));
        string indexLock = Path.Combine(Repo, ".git", "index.lock");
        File.WriteAllText(indexLock, "");
        Assert.Contains(indexLock, (await LandAsync(work)).Reason);
        Assert.True(File.Exists(indexLock));
        File.Delete(indexLock);

        string merge = Path.Combine(Repo, ".git", "MERGE_HEAD");
        File.WriteAllText(merge, Base);
        Assert.Contains("a merge is in progress", (await LandAsync(work)).Reason);
        File.Delete(merge);

        Assert.Contains("git branch gone", (await LandAsync(work, "refs/heads/gone")).Reason);
    }

    [Fact]
    public async Task A_rebase_of_the_target_blocks_although_head_is_detached()
    {
        string work = Repository.Branch("work", Base, ("b.txt", "b"));
        Repository.Git("checkout", "--quiet", "--detach");
        Directory.CreateDirectory(Path.Combine(Repo, ".git", "rebase-merge"));
        File.WriteAllText(Path.Combine(Repo, ".git", "rebase-merge", "head-name"), "refs/heads/main\n");
        LandOutcome outcome = await LandAsync(work);
        Assert.Equal(LandingStatus.Blocked, outcome.Status);
        Assert.Contains("git rebase --abort", outcome.Reason);
    }

    [Fact]
    public async Task A_target_in_several_worktrees_blocks_and_all_are_named()
    {
        string work = Repository.Branch("work", Base, ("b.txt", "b")), second = Path.Combine(Repository.Root, "second place");
        Repository.Git("worktree", "add", "--quiet", "--force", second, "main");
        LandOutcome outcome = await LandAsync(work);
        Assert.Equal(LandingStatus.Blocked, outcome.Status);
        Assert.Contains($"main is checked out in several worktrees ({Repo}, {second}); switch all but one", outcome.Reason);
        Assert.Equal(Base, Repository.Head("main"));

        TestRepository.WriteIn(second, "own.txt", "somebody's");
        Repository.GitIn(second, "switch", "--quiet", "-c", "other");
        Assert.Equal(LandingStatus.Landed, (await LandAsync(work)).Status);
        Assert.Equal("b", Repository.Read("b.txt"));
        Assert.Equal("somebody's", File.ReadAllText(Path.Combine(second, "own.txt")));
    }

    [Fact]
    public async Task A_target_in_another_worktree_comes_along_there()
    {
        string work = Repository.Branch("work", Base, ("b.txt", "b"));
        Repository.Git("switch", "--quiet", "-c", "other");
        string second = Path.Combine(Repository.Root, "second place");
        Repository.Git("worktree", "add", "--quiet", second, "main");
        Assert.Equal(LandingStatus.Landed, (await LandAsync(work)).Status);
        Assert.True(File.Exists(Path.Combine(second, "b.txt")));

        string next = Repository.CommitIn(Repo, "Next", ("c.txt", "c"));
        Repository.Git("reset", "--quiet", "--hard", work);
        next = Repository.Commit("Next", ("c.txt", "c"));
        Directory.Move(second, second + " moved");
        LandOutcome outcome = await LandAsync(next);
        Assert.Equal(LandingStatus.Blocked, outcome.Status);
        Assert.Contains("git worktree prune", outcome.Reason);
    }
}
