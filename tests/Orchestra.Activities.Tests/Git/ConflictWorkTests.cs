using Orchestra.Core.Pipeline;
using Orchestra.Testing;

namespace Orchestra.Activities.Tests.Git;

public sealed class ConflictWorkTests : GitTest
{
    private const string WorkId = Project + "-conflict-1";

    private readonly string ours;
    private readonly string theirs;
    private readonly string integration;

    public ConflictWorkTests()
    {
        ours = Repository.Branch("o", Base, ("a.txt", "ours\n"), ("o.txt", "o"));
        theirs = Repository.Branch("t", Base, ("a.txt", "theirs\n"), ("t ü.txt", "t"));
        integration = Integration(ours);
    }

    private async Task<string> LayOutAsync() => (await Git.LayOutConflict(new LayOutConflictInput(Repo, WorkId, ours, theirs), Cancel)).Path;

    private Task<ConcludedWork> ConcludeAsync(string path) =>
        Git.ConcludeConflict(new ConcludeConflictInput(Repo, path, integration, ours, theirs, ["a.txt"], "Resolve", Date), Cancel);

    [Fact]
    public async Task A_resolution_becomes_the_merge_commit_once()
    {
        string path = await LayOutAsync();
        Assert.Contains("<<<<<<<", File.ReadAllText(Path.Combine(path, "a.txt")));
        File.WriteAllText(Path.Combine(path, "a.txt"), "half done");
        Assert.Equal(path, await LayOutAsync());
        Assert.Contains("<<<<<<<", File.ReadAllText(Path.Combine(path, "a.txt")));

        File.WriteAllText(Path.Combine(path, "a.txt"), "both\n");
        ConcludedWork first = await ConcludeAsync(path);
        Assert.Null(first.Reason);
        Assert.Equal(first, await ConcludeAsync(path));
        Assert.Equal(first.Commit, Repository.Head(integration));
        Assert.Equal($"{ours} {theirs}", Repository.Git("log", "-1", "--format=%P", integration));
        Assert.Equal("both", Repository.Show(integration, "a.txt"));
        Assert.Equal("t", Repository.Show(integration, "t ü.txt"));
    }

    [Fact]
    public async Task An_agent_may_commit_the_merge_itself()
    {
        string path = await LayOutAsync();
        Repository.CommitIn(path, "My merge", ("a.txt", "both\n"));
        ConcludedWork work = await ConcludeAsync(path);
        Assert.Equal($"{ours} {theirs}", Repository.Git("log", "-1", "--format=%P", work.Commit!));
    }

    [Fact]
    public async Task Markers_left_are_a_reason()
    {
        string path = await LayOutAsync();
        Assert.Contains("a.txt", (await ConcludeAsync(path)).Reason);
        Assert.Equal(ours, Repository.Head(integration));
    }

    [Fact]
    public async Task Changes_elsewhere_are_a_reason()
    {
        string path = await LayOutAsync();
        File.WriteAllText(Path.Combine(path, "a.txt"), "both\n");
        TestRepository.WriteIn(path, "o.txt", "changed");
        TestRepository.WriteIn(path, "extra", "new");
        ConcludedWork work = await ConcludeAsync(path);
        Assert.Null(work.Commit);
        Assert.Contains("extra, o.txt", work.Reason);
    }

    [Fact]
    public async Task A_conflict_without_markers_must_be_settled()
    {
        string changed = Repository.Branch("c", Base, ("a.txt", "changed\n"));
        string deleted = Repository.Branch("d", Base, ("a.txt", null));
        string name = Integration(changed);
        string path = (await Git.LayOutConflict(new LayOutConflictInput(Repo, WorkId, changed, deleted), Cancel)).Path;
        var input = new ConcludeConflictInput(Repo, path, name, changed, deleted, ["a.txt"], "Resolve", Date);
        Assert.Contains("git rm", (await Git.ConcludeConflict(input, Cancel)).Reason);
        Repository.GitIn(path, "add", "a.txt");
        ConcludedWork work = await Git.ConcludeConflict(input, Cancel);
        Assert.Equal("changed", Repository.Show(work.Commit!, "a.txt"));
    }

    [Fact]
    public async Task A_file_moved_out_of_a_folders_way_counts_as_conflicted()
    {
        string file = Repository.Branch("f", Base, ("x", "file"));
        string folder = Repository.Branch("g", Base, ("x/y", "folder"));
        string name = Integration(file);
        string path = (await Git.LayOutConflict(new LayOutConflictInput(Repo, WorkId, file, folder), Cancel)).Path;
        Repository.GitIn(path, "rm", "--quiet", "x~HEAD");
        ConcludedWork work = await Git.ConcludeConflict(
            new ConcludeConflictInput(Repo, path, name, file, folder, ["x"], "Resolve", Date), Cancel);
        Assert.Null(work.Reason);
        Assert.Equal("folder", Repository.Show(work.Commit!, "x/y"));
    }

    [Fact]
    public async Task A_fix_becomes_one_commit_once()
    {
        var layOut = new LayOutFixInput(Repo, WorkId, ours);
        string path = (await Git.LayOutFix(layOut, Cancel)).Path;
        TestRepository.WriteIn(path, "stale", "x");
        Assert.Equal(path, (await Git.LayOutFix(layOut, Cancel)).Path);
        Assert.False(File.Exists(Path.Combine(path, "stale")));

        var input = new ConcludeFixInput(Repo, path, integration, ours, "Fix", Date);
        Assert.Equal(new ConcludedWork(null, "The agent changed nothing."), await Git.ConcludeFix(input, Cancel));
        Repository.CommitIn(path, "Own", ("a.txt", "fixed\n"));
        TestRepository.WriteIn(path, "-new ü", "x");
        ConcludedWork work = await Git.ConcludeFix(input, Cancel);
        Assert.Equal(work, await Git.ConcludeFix(input, Cancel));
        Assert.Equal(ours, Repository.Head(integration + "^"));
        Assert.Equal(work.Commit, Repository.Head(integration));
        Assert.Equal("-new ü\na.txt", Repository.Git("-c", "core.quotePath=false", "diff-tree", "-r", "--name-only", "--no-commit-id", work.Commit!));
    }

    [Fact]
    public async Task A_worktree_that_is_gone_is_a_reason()
    {
        Assert.Contains("is gone", (await ConcludeAsync(Data.Worktree(WorkId))).Reason);
    }
}
