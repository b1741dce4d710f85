using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Git;

/// <summary>Kinds of changes and of repositories: each is merged and landed, or is a conflict that names what it is.</summary>
public sealed class KindsTests : GitTest
{
    [Fact]
    public async Task An_edit_follows_a_rename()
    {
        string renamed = Repository.Branch("renamed", Base, ("a.txt", null), ("moved.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"));
        string edited = Repository.Branch("edited", Base, ("a.txt", "1\n2\n3\n4\nedited\n6\n7\n8\n9\n"));
        string merged = await MergeAsync(renamed, edited);
        Assert.Equal("1\n2\n3\n4\nedited\n6\n7\n8\n9", Repository.Show(merged, "moved.txt"));
        Assert.Equal("README.md\nmoved.txt", Repository.Git("ls-tree", "--name-only", merged));
    }

    [Fact]
    public async Task A_change_of_mode_and_an_edit_are_both_kept()
    {
        string executable = Entry("executable", $"100755,{Repository.Git("rev-parse", $"{Base}:a.txt")},a.txt");
        string edited = Repository.Branch("edited", Base, ("a.txt", "edited\n2\n3\n4\n5\n6\n7\n8\n9\n"));
        string merged = await MergeAsync(executable, edited);
        Assert.StartsWith("100755 ", Repository.Git("ls-tree", merged, "a.txt"));
        Assert.StartsWith("edited", Repository.Show(merged, "a.txt"));
    }

    [Theory]
    [InlineData("160000", "submodule")]
    [InlineData("120000", "symlink")]
    public async Task A_submodule_or_link_comes_in_and_two_of_one_name_are_a_conflict(string mode, string path)
    {
        string[] targets = mode == "160000" ? [new string('1', 40), new string('2', 40)] : [Blob("one"), Blob("two")];
        string one = Entry("one", $"{mode},{targets[0]},{path}");
        string two = Entry("two", $"{mode},{targets[1]},{path}");
        string merged = await MergeAsync(Repository.Branch("other", Base, ("b.txt", "b\n")), one);
        Assert.StartsWith($"{mode} ", Repository.Git("ls-tree", merged, path));
        await ConflictAsync(one, two, path);
    }

    [Fact]
    public async Task Binary_files_that_both_changed_are_a_conflict_for_a_person()
    {
        string one = Entry("one", $"100644,{Blob("1\0")},bin");
        await ConflictAsync(one, Entry("two", $"100644,{Blob("2\0")},bin"), "bin");
        Assert.Equal("100644", Repository.Git("ls-tree", await MergeAsync(Repository.Branch("b", Base, ("b.txt", "b\n")), one), "bin").Split(' ')[0]);
    }

    [Fact]
    public async Task A_file_against_a_folder_is_a_conflict_that_names_the_file()
    {
        string file = Repository.Branch("file", Base, ("x", "file\n"));
        MergeOutcome outcome = await TryAsync(Integration(file), file, Repository.Branch("folder", Base, ("x/y", "folder\n")));
        Assert.Null(outcome.Commit);
        Assert.Contains(outcome.Conflicts, c => c.Path.StartsWith('x') && c.Hunks.Contains("directory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Line_ends_of_windows_stay_when_touching_changes_are_kept()
    {
        string start = Entry("crlf", $"100644,{Blob("1\r\n2\r\n3\r\n")},w.txt");
        string one = Entry("one", $"100644,{Blob("one\r\n2\r\n3\r\n")},w.txt", start);
        string two = Entry("two", $"100644,{Blob("1\r\ntwo\r\n3\r\n")},w.txt", start);
        MechanicalOutcome outcome = await Git.ResolveMechanically(new ResolveMechanicallyInput(Repo, one, two, "Merge", Date), Cancel);
        Assert.Equal("one\r\ntwo\r\n3\r", Repository.Show(outcome.Commit!, "w.txt"));
    }

    [Fact]
    public async Task A_criss_cross_of_merges_is_merged()
    {
        string left = Repository.Branch("left", Base, ("a.txt", "left\n2\n3\n4\n5\n6\n7\n8\n9\n"));
        string right = Repository.Branch("right", Base, ("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\nright\n"));
        string one = Commit($"{await MergeAsync(left, right)}^{{tree}}", left, right);
        string two = Commit($"{one}^{{tree}}", right, left);
        Assert.Equal(2, Repository.Git("merge-base", "--all", one, two).Split('\n').Length);
        string further = Repository.Branch("further", one, ("b.txt", "b\n"));
        string other = Repository.Branch("other", two, ("c.txt", "c\n"));
        Assert.Equal("README.md\na.txt\nb.txt\nc.txt", Repository.Git("ls-tree", "--name-only", await MergeAsync(further, other)));
    }

    [Fact]
    public async Task The_same_change_on_both_sides_is_a_merge_of_the_same_tree()
    {
        string one = Repository.Branch("one", Base, ("b.txt", "same\n"));
        string two = Repository.Branch("two", Base, ("b.txt", "same\n"), ("c.txt", "x\n"));
        string same = Commit($"{one}^{{tree}}", Base);
        string merged = await MergeAsync(one, same);
        Assert.Equal(Repository.Git("rev-parse", $"{one}^{{tree}}"), Repository.Git("rev-parse", $"{merged}^{{tree}}"));
        Assert.Equal($"{one} {same}", Repository.Git("log", "-1", "--format=%P", merged));
        await MergeAsync(one, two);
    }

    [Fact]
    public async Task A_sparse_checkout_stays_sparse_when_a_landing_brings_it_along()
    {
        string start = Repository.Commit("folders", ("in/a.txt", "a\n"), ("out/b.txt", "b\n"));
        Repository.Git("sparse-checkout", "set", "in");
        Worktree worktree = await Git.CreateWorktree(new CreateWorktreeInput(Repo, Session, start), Cancel);
        Directory.CreateDirectory(Path.Combine(worktree.Path, "in"));
        File.WriteAllText(Path.Combine(worktree.Path, "in", "new.txt"), "new\n");
        CommittedWork work = await Git.CommitWork(new CommitWorkInput(Repo, worktree.Path, worktree.Branch, start, "Work", Date), Cancel);
        Assert.Equal(["in/new.txt"], work.FilesChanged);
        await LandAsync(Repo, start, work.HeadCommit);
        Assert.Equal("new\n", Repository.Read("in/new.txt"));
        Assert.False(Directory.Exists(Path.Combine(Repo, "out")));
        Assert.Equal("b", Repository.Show("main", "out/b.txt"));
        Assert.Equal("", Repository.Git("status", "--porcelain"));
    }

    [Fact]
    public async Task A_shallow_clone_is_worked_on_like_any_other()
    {
        Repository.Commit("second", ("second.txt", "x\n"));
        string clone = Path.Combine(Repository.Root, "shallow");
        Repository.Git("clone", "--quiet", "--depth", "1", $"file://{Repo}", clone);
        Assert.Equal("true", Repository.GitIn(clone, "rev-parse", "--is-shallow-repository"));
        await WorkAndLandAsync(clone);
    }

    [Fact]
    public async Task A_repository_of_sha256_is_worked_on_like_any_other()
    {
        string folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "sha256")).FullName;
        Repository.GitIn(folder, "init", "--quiet", "--initial-branch=main", "--object-format=sha256");
        Repository.GitIn(folder, "config", "user.name", "Test");
        Repository.GitIn(folder, "config", "user.email", "test@example.org");
        Assert.Equal(64, Repository.CommitIn(folder, "Start", ("a.txt", "a\n")).Length);
        await WorkAndLandAsync(folder);
    }

    /// <summary>Two agents' work in worktrees, planned, merged, landed into the checkout.</summary>
    private async Task WorkAndLandAsync(string folder)
    {
        PreparedProject project = await Git.PrepareProject(new PrepareProjectInput(Project, folder), Cancel);
        var heads = new List<BranchHead>();
        foreach (string name in new[] { "one", "two" })
        {
            string session = $"20260102-030405-00000{heads.Count + 2}";
            Worktree worktree = await Git.CreateWorktree(new CreateWorktreeInput(folder, session, project.BaseCommit), Cancel);
            File.WriteAllText(Path.Combine(worktree.Path, $"{name}.txt"), name);
            CommittedWork work = await Git.CommitWork(new CommitWorkInput(folder, worktree.Path, worktree.Branch, project.BaseCommit, name, Date), Cancel);
            heads.Add(new BranchHead(session, work.HeadCommit));
        }

        MergePlan plan = await Git.PlanMerges(new PlanMergesInput(folder, project.BaseCommit, heads), Cancel);
        Assert.Equal(2, plan.CleanCount);
        string head = project.BaseCommit;
        foreach (BranchHead branch in heads)
        {
            head = (await Git.MergeBranch(
                new MergeBranchInput(folder, RefNames.Integration(Project), head, branch.Commit, "Merge", Date), Cancel)).Commit!;
        }

        await LandAsync(folder, project.BaseCommit, head);
        Assert.Equal("one", File.ReadAllText(Path.Combine(folder, "one.txt")));
        Assert.Equal("", Repository.GitIn(folder, "status", "--porcelain"));
    }

    private async Task LandAsync(string folder, string from, string commit)
    {
        Assert.Equal(from, Repository.GitIn(folder, "rev-parse", "main"));
        Assert.Equal(LandingStatus.Landed, (await Git.Land(new LandInput(folder, "refs/heads/main", commit), Cancel)).Status);
        Assert.Equal(commit, Repository.GitIn(folder, "rev-parse", "main"));
    }

    private Task<MergeOutcome> TryAsync(string integration, string ours, string theirs) =>
        Git.MergeBranch(new MergeBranchInput(Repo, integration, ours, theirs, "Merge", Date), Cancel);

    private async Task<string> MergeAsync(string ours, string theirs)
    {
        MergeOutcome outcome = await TryAsync(Integration(ours), ours, theirs);
        Assert.NotNull(outcome.Commit);
        return outcome.Commit;
    }

    /// <summary>A conflict in exactly one path, which no rule settles.</summary>
    private async Task ConflictAsync(string ours, string theirs, string path)
    {
        MergeOutcome outcome = await TryAsync(Integration(ours), ours, theirs);
        Assert.Null(outcome.Commit);
        Assert.Contains(outcome.Conflicts, c => c.Path.StartsWith(path, StringComparison.Ordinal));
        MechanicalOutcome refused = await Git.ResolveMechanically(new ResolveMechanicallyInput(Repo, ours, theirs, "Merge", Date), Cancel);
        Assert.Null(refused.Commit);
        Assert.Contains(path, refused.Reason);
    }

    private string Blob(string content)
    {
        string file = Path.Combine(Repository.Root, "blob");
        File.WriteAllText(file, content);
        return Repository.Git("hash-object", "-w", "--no-filters", file);
    }

    /// <summary>A commit with one entry put into the tree, without a work tree.</summary>
    private string Entry(string name, string entry, string? from = null)
    {
        Repository.Git("read-tree", from ?? Base);
        Repository.Git("update-index", "--add", "--cacheinfo", entry);
        string commit = Commit(Repository.Git("write-tree"), from ?? Base);
        Repository.Git("branch", name, commit);
        Repository.Git("read-tree", "HEAD");
        return commit;
    }

    private string Commit(string tree, params string[] parents) =>
        Repository.Git(["commit-tree", "-m", "made", .. parents.SelectMany(p => new[] { "-p", p }), Repository.Git("rev-parse", tree)]);
}
