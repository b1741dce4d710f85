using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Testing;

namespace Orchestra.Activities.Tests.Git;

public sealed class WorkCommitterTests : GitTest
{
    private Task<CommittedWork> CommitAsync(Worktree worktree) =>
        Git.CommitWork(new CommitWorkInput(Repo, worktree.Path, worktree.Branch, Base, "Work\n\nof the agent", Date), Cancel);

    private async Task<CommittedWork> CommitTwiceAsync(Worktree worktree)
    {
        CommittedWork first = await CommitAsync(worktree);
        CommittedWork second = await CommitAsync(worktree);
        Assert.Equivalent(first, second, strict: true);
        return first;
    }

    [Fact]
    public async Task Uncommitted_work_comes_to_the_branch_once()
    {
        Worktree worktree = await CreateWorktreeAsync();
        TestRepository.WriteIn(worktree.Path, "a.txt", "changed\n");
        TestRepository.WriteIn(worktree.Path, "-sp ace/ünï\"code.txt", "new\n");
        File.Delete(Path.Combine(worktree.Path, "README.md"));

        CommittedWork work = await CommitTwiceAsync(worktree);
        Assert.True(work.Changed);
        Assert.Equal(["-sp ace/ünï\"code.txt", "README.md", "a.txt"], work.FilesChanged);
        Assert.Empty(work.LeftOut);
        Assert.Equal(work.HeadCommit, Repository.Head(worktree.Branch));
        Assert.Equal(Base, Repository.Head(work.HeadCommit + "^"));
        Assert.Equal("", Repository.GitIn(worktree.Path, "status", "--porcelain"));
        Assert.Equal("Agent Orchestra 1767323045", Repository.Git("log", "-1", "--format=%cn %ct", work.HeadCommit));
    }

    [Fact]
    public async Task A_crash_before_the_index_followed_changes_nothing()
    {
        Worktree worktree = await CreateWorktreeAsync();
        TestRepository.WriteIn(worktree.Path, "a.txt", "changed\n");
        string record = Repository.GitIn(worktree.Path, "rev-parse", "--absolute-git-dir");
        byte[] index = File.ReadAllBytes(Path.Combine(record, "index"));
        CommittedWork first = await CommitAsync(worktree);
        File.WriteAllBytes(Path.Combine(record, "index"), index);
        File.WriteAllText(Path.Combine(record, "index.lock"), "");
        File.WriteAllText(Path.Combine(Repo, ".git", worktree.Branch + ".lock"), "");
        Assert.Equal(first.HeadCommit, (await CommitAsync(worktree)).HeadCommit);
    }

    [Fact]
    public async Task No_change_leaves_the_base()
    {
        Worktree worktree = await CreateWorktreeAsync();
        CommittedWork work = await CommitTwiceAsync(worktree);
        Assert.False(work.Changed);
        Assert.Equal(Base, work.HeadCommit);
        Assert.Empty(work.FilesChanged);
    }

    [Fact]
    public async Task Own_commits_stay_and_leftovers_follow()
    {
        Worktree worktree = await CreateWorktreeAsync();
        string own = Repository.CommitIn(worktree.Path, "Own", ("b.txt", "b"));
        TestRepository.WriteIn(worktree.Path, "c.txt", "c");
        CommittedWork work = await CommitTwiceAsync(worktree);
        Assert.Equal(own, Repository.Head(work.HeadCommit + "^"));
        Assert.Equal(["b.txt", "c.txt"], work.FilesChanged);
    }

    [Theory]
    [InlineData("switch", "-c", "elsewhere")]
    [InlineData("checkout", "--quiet", "--detach")]
    public async Task Work_made_on_another_branch_comes_to_the_agents_branch(params string[] leave)
    {
        Worktree worktree = await CreateWorktreeAsync();
        Repository.GitIn(worktree.Path, leave);
        string own = Repository.CommitIn(worktree.Path, "Own", ("b.txt", "b"));
        TestRepository.WriteIn(worktree.Path, "c.txt", "c");
        CommittedWork work = await CommitTwiceAsync(worktree);
        Assert.Equal(work.HeadCommit, Repository.Head(worktree.Branch));
        Assert.Equal(own, Repository.Head(work.HeadCommit + "^"));
    }

    [Fact]
    public async Task Looking_at_an_older_commit_takes_nothing_back()
    {
        Worktree worktree = await CreateWorktreeAsync();
        string own = Repository.CommitIn(worktree.Path, "Own", ("b.txt", "b"));
        Repository.GitIn(worktree.Path, "checkout", "--quiet", "--detach", Base);
        Assert.Equal(own, (await CommitTwiceAsync(worktree)).HeadCommit);
    }

    [Fact]
    public async Task Commits_that_the_branch_would_lose_are_kept()
    {
        Worktree worktree = await CreateWorktreeAsync();
        string own = Repository.CommitIn(worktree.Path, "Own", ("b.txt", "b"));
        Repository.GitIn(worktree.Path, "checkout", "--quiet", "--detach", Base);
        TestRepository.WriteIn(worktree.Path, "c.txt", "c");
        CommittedWork work = await CommitTwiceAsync(worktree);
        Assert.Equal(["c.txt"], work.FilesChanged);
        Assert.Equal(own, Repository.Head(RefNames.Kept(Session)));
    }

    [Fact]
    public async Task Nested_repositories_secrets_and_large_files_are_left_out_even_when_staged()
    {
        Worktree worktree = await CreateWorktreeAsync();
        TestRepository.WriteIn(worktree.Path, ".gitignore", "ignored\n");
        TestRepository.WriteIn(worktree.Path, "ignored", "x");
        TestRepository.WriteIn(worktree.Path, ".env", "KEY=1");
        TestRepository.WriteIn(worktree.Path, ".env.example", "KEY=");
        TestRepository.WriteIn(worktree.Path, "deep/server.key", "x");
        TestRepository.WriteIn(worktree.Path, "dir [x]/nested/f", "x");
        Repository.GitIn(Path.Combine(worktree.Path, "dir [x]/nested"), "init", "--quiet");
        using (FileStream large = File.Create(Path.Combine(worktree.Path, "large.bin")))
            large.SetLength((50L * 1024 * 1024) + 1);
        Repository.GitIn(worktree.Path, "add", "deep/server.key");

        CommittedWork work = await CommitTwiceAsync(worktree);
        Assert.Equal([".env.example", ".gitignore"], work.FilesChanged);
        Assert.Equal(
            [".env (looks like a secret)", "deep/server.key (looks like a secret)", "dir [x]/nested (nested repository)", "large.bin (larger than 50 MB)"],
            work.LeftOut.Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(worktree.Path, ".env")));
    }

    [Fact]
    public async Task Author_and_limit_are_configurable()
    {
        Worktree worktree = await CreateWorktreeAsync();
        TestRepository.WriteIn(worktree.Path, "a.txt", "changed\n");
        using (FileStream large = File.Create(Path.Combine(worktree.Path, "large.bin")))
            large.SetLength((1024 * 1024) + 1);

        CommittedWork work = await CommitAsync(worktree, new CommitConfig { AuthorName = "Robot", AuthorEmail = "robot@example.org", MaxFileMb = 1 });
        Assert.Equal(["large.bin (larger than 1 MB)"], work.LeftOut);
        Assert.Equal("Robot <robot@example.org>, Agent Orchestra", Repository.Git("log", "-1", "--format=%an <%ae>, %cn", work.HeadCommit));
    }

    [Fact]
    public async Task Committing_can_be_off_then_only_own_commits_count_and_the_rest_is_kept()
    {
        Worktree worktree = await CreateWorktreeAsync();
        string own = Repository.CommitIn(worktree.Path, "Own", ("b.txt", "b"));
        TestRepository.WriteIn(worktree.Path, "c.txt", "c");

        for (int time = 0; time < 2; time++)
        {
            CommittedWork work = await CommitAsync(worktree, new CommitConfig { Enabled = false });
            Assert.Equal((own, own), (work.HeadCommit, Repository.Head(worktree.Branch)));
            Assert.Equal(["b.txt"], work.FilesChanged);
            Assert.Equal([$"c.txt (uncommitted, kept as {RefNames.Wip(Session)})"], work.LeftOut);
        }
        Assert.Equal("c", Repository.Git("show", RefNames.Wip(Session) + ":c.txt"));
        Assert.Equal("?? c.txt", Repository.GitIn(worktree.Path, "status", "--porcelain"));
    }

    private async Task<CommittedWork> CommitAsync(Worktree worktree, CommitConfig config)
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddLogging().AddSingleton(Data).AddSingleton(new RunsConfig { Commit = config }).AddOrchestraGit().BuildServiceProvider();
        return await services.GetRequiredService<GitActivities>().CommitWork(
            new CommitWorkInput(Repo, worktree.Path, worktree.Branch, Base, "Work\n\nof the agent", Date), Cancel);
    }

    [Fact]
    public async Task A_deleted_git_file_does_not_hide_the_work()
    {
        Worktree worktree = await CreateWorktreeAsync();
        File.Delete(Path.Combine(worktree.Path, ".git"));
        TestRepository.WriteIn(worktree.Path, "b.txt", "b");
        Assert.Equal(["b.txt"], (await CommitTwiceAsync(worktree)).FilesChanged);
    }

    [Fact]
    public async Task A_folder_may_become_a_file_and_a_file_a_folder()
    {
        Worktree worktree = await CreateWorktreeAsync();
        Repository.CommitIn(worktree.Path, "Own", ("d/x", "x"), ("f", "f"));
        Directory.Delete(Path.Combine(worktree.Path, "d"), recursive: true);
        File.CreateSymbolicLink(Path.Combine(worktree.Path, "d"), "a.txt");
        File.Delete(Path.Combine(worktree.Path, "f"));
        TestRepository.WriteIn(worktree.Path, "f/y", "y");
        Assert.Equal(["d", "f/y"], (await CommitTwiceAsync(worktree)).FilesChanged);
    }

    [Fact]
    public async Task A_worktree_that_is_gone_leaves_the_branch()
    {
        Worktree worktree = await CreateWorktreeAsync();
        string own = Repository.CommitIn(worktree.Path, "Own", ("b.txt", "b"));
        Directory.Delete(worktree.Path, recursive: true);
        Assert.Equal(own, (await CommitTwiceAsync(worktree)).HeadCommit);
    }

    [Fact]
    public async Task Keeping_takes_untracked_files_and_touches_nothing()
    {
        Worktree worktree = await CreateWorktreeAsync();
        TestRepository.WriteIn(worktree.Path, "b.txt", "b");
        TestRepository.WriteIn(worktree.Path, ".env", "KEY=1");
        string status = Repository.GitIn(worktree.Path, "status", "--porcelain");
        var input = new KeepWorkInput(Repo, Session, worktree.Path, Date);
        string? kept = await Git.KeepWork(input, Cancel);
        Assert.Equal(kept, await Git.KeepWork(input, Cancel));
        Assert.Equal(kept, Repository.Head(RefNames.Kept(Session)));
        Assert.Equal(Base, Repository.Head($"{kept}^"));
        Assert.Equal("b", Repository.Show(kept!, "b.txt"));
        Assert.Equal(status, Repository.GitIn(worktree.Path, "status", "--porcelain"));

        // What was kept before stays reachable.
        TestRepository.WriteIn(worktree.Path, "b.txt", "later");
        string? later = await Git.KeepWork(input with { Date = Date.AddHours(1) }, Cancel);
        Assert.Equal(later, await Git.KeepWork(input with { Date = Date.AddHours(1) }, Cancel));
        Assert.Equal("later", Repository.Show(later!, "b.txt"));
        Repository.Git("merge-base", "--is-ancestor", kept!, later!);
    }

    [Fact]
    public async Task Keeping_without_worktree_keeps_the_branch()
    {
        Assert.Null(await Git.KeepWork(new KeepWorkInput(Repo, Session, null, Date), Cancel));
        string work = Repository.Branch($"team/{Session}", Base, ("b.txt", "b"));
        Assert.Equal(work, await Git.KeepWork(new KeepWorkInput(Repo, Session, null, Date), Cancel));
        Assert.Equal(work, Repository.Head(RefNames.Kept(Session)));
    }
}
