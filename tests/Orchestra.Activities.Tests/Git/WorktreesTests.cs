using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Testing;

namespace Orchestra.Activities.Tests.Git;

public sealed class WorktreesTests : GitTest
{
    [Fact]
    public async Task A_second_run_keeps_the_worktree_and_the_work_in_it()
    {
        Worktree first = await CreateWorktreeAsync();
        File.WriteAllText(Path.Combine(first.Path, "new.txt"), "work");
        Assert.Equal(first, await CreateWorktreeAsync());
        Assert.Equal("work", File.ReadAllText(Path.Combine(first.Path, "new.txt")));
        Assert.Equal(RefNames.TeamBranch(Session), Repository.GitIn(first.Path, "symbolic-ref", "HEAD"));
        Assert.Equal(Base, Repository.Head(first.Branch));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_half_made_worktree_is_made_anew(bool whileRegistering)
    {
        Worktree worktree = await CreateWorktreeAsync();
        string record = Repository.GitIn(worktree.Path, "rev-parse", "--absolute-git-dir");
        if (whileRegistering)
            File.WriteAllText(Path.Combine(record, "locked"), "initializing");
        else
            File.Move(Path.Combine(record, "index"), Path.Combine(record, "index.lock"));
        File.Delete(Path.Combine(worktree.Path, "a.txt"));
        Assert.Equal(worktree, await CreateWorktreeAsync());
        Assert.True(File.Exists(Path.Combine(worktree.Path, "a.txt")));
    }

    [Fact]
    public async Task A_branch_without_worktree_is_checked_out_where_it_is()
    {
        string work = Repository.Branch($"team/{Session}", Base, ("b.txt", "b"));
        Directory.CreateDirectory(Data.Worktree(Session));
        Worktree worktree = await CreateWorktreeAsync();
        Assert.Equal(work, Repository.GitIn(worktree.Path, "rev-parse", "HEAD"));
    }

    [Fact]
    public async Task Many_are_made_at_once()
    {
        string[] sessions = [.. Enumerable.Range(10, 24).Select(index => $"20260102-030405-0000{index}")];
        Worktree[] made = await Task.WhenAll(sessions.Select(CreateWorktreeAsync));
        Assert.All(made, worktree => Assert.True(File.Exists(Path.Combine(worktree.Path, "a.txt"))));
    }

    [Fact]
    public async Task Cleaning_up_removes_worktrees_and_leaves_branches_and_foreign_folders()
    {
        Worktree worktree = await CreateWorktreeAsync();
        string refs = Repository.Refs();
        string foreign = Path.Combine(Repository.Root, "mine");
        Repository.Git("worktree", "add", "--quiet", "--detach", foreign);
        var input = new CleanUpInput(Repo, Project, [worktree.Path, foreign]);
        await Git.CleanUp(input, Cancel);
        await Git.CleanUp(input, Cancel);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(worktree.Path)!));
        Assert.True(File.Exists(Path.Combine(foreign, "a.txt")));
        Assert.DoesNotContain(Session, Repository.Git("worktree", "list"));
        Assert.Equal(refs, Repository.Refs());
    }

    [Theory]
    [InlineData("nested")]
    [InlineData("deep/down/nested")]
    public async Task A_worktree_stays_while_a_repository_with_content_is_in_it(string name)
    {
        Worktree worktree = await CreateWorktreeAsync();
        string nested = Path.Combine(worktree.Path, name);
        Repository.GitIn(worktree.Path, "init", "--quiet", name);
        TestRepository.WriteIn(nested, "y.txt", "y");
        var input = new CleanUpInput(Repo, Project, [worktree.Path]);
        Assert.Equal([$"{worktree.Path}: no ref can keep {name} (nested repository)"], (await Git.CleanUp(input, Cancel)).Left);
        Repository.GitIn(nested, "config", "user.name", "Test");
        Repository.GitIn(nested, "config", "user.email", "test@example.org");
        Repository.CommitIn(nested, "Own");
        File.Delete(Path.Combine(nested, "y.txt"));
        Assert.Single((await Git.CleanUp(input, Cancel)).Left!);
        Assert.Equal("y", Repository.GitIn(nested, "show", "HEAD:y.txt"));

        Directory.Delete(nested, recursive: true);
        Repository.GitIn(worktree.Path, "init", "--quiet", "empty");
        Assert.Empty((await Git.CleanUp(input, Cancel)).Left!);
        Assert.False(Directory.Exists(worktree.Path));
    }

    [Fact]
    public async Task Cleaning_up_does_without_the_repository()
    {
        Worktree worktree = await CreateWorktreeAsync();
        Directory.Delete(Repo, recursive: true);
        await Git.CleanUp(new CleanUpInput(Repo, Project, [worktree.Path]), Cancel);
        Assert.False(Directory.Exists(worktree.Path));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("-x")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task An_id_that_could_leave_its_folder_is_refused(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => CreateWorktreeAsync(id));
}
