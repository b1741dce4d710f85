using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Git;

public sealed class RepositoryInspectorTests : GitTest
{
    private async Task<string> ProblemAsync(string? path)
    {
        InputProblem problem = await Assert.ThrowsAsync<InputProblem>(() => Get<RepositoryInspector>().InspectAsync(path, Cancel));
        Assert.Equal("repo_path", problem.Field);
        return problem.Message;
    }

    [Fact]
    public async Task A_subfolder_leads_to_the_top_folder()
    {
        Repository.Write("sub/x", "");
        Repository found = await Get<RepositoryInspector>().InspectAsync(Path.Combine(Repo, "sub"), Cancel);
        Assert.Equal(Path.GetFullPath(Repo), found.TopFolder);
        Assert.Equal("refs/heads/main", found.TargetBranch);
        Assert.Equal(Base, found.HeadCommit);
    }

    [Theory]
    [InlineData(null, "absolute path")]
    [InlineData(" ", "absolute path")]
    [InlineData("some/folder", "relative")]
    [InlineData("-rf", "option")]
    [InlineData("/tmp/a\nb", "line break")]
    [InlineData("/does/not/exist", "does not exist")]
    public async Task A_bad_path_is_refused(string? path, string message) => Assert.Contains(message, await ProblemAsync(path));

    [Fact]
    public async Task A_file_a_plain_folder_and_a_git_folder_are_refused()
    {
        Assert.Contains("is a file", await ProblemAsync(Path.Combine(Repo, "a.txt")));
        Assert.Contains("not a git repository", await ProblemAsync(Repository.Root));
        Assert.Contains("inside a git folder", await ProblemAsync(Path.Combine(Repo, ".git", "refs")));
    }

    [Fact]
    public async Task Without_commit_or_branch_there_is_nothing_to_start_from()
    {
        string empty = Path.Combine(Repository.Root, "empty");
        Repository.Git("init", "--quiet", empty);
        Assert.Contains("no commit yet", await ProblemAsync(empty));

        string bare = Path.Combine(Repository.Root, "bare");
        Repository.Git("clone", "--quiet", "--bare", ".", bare);
        Assert.Equal(Base, (await Get<RepositoryInspector>().InspectAsync(bare, Cancel)).HeadCommit);
        Repository.GitIn(bare, "symbolic-ref", "HEAD", "refs/heads/none");
        Assert.Contains("bare repository", await ProblemAsync(bare));

        Repository.Git("checkout", "--quiet", "--detach");
        Assert.Contains("check out a branch", await ProblemAsync(Repo));
    }

    [Theory]
    [InlineData("rebase-merge/", "git rebase --abort")]
    [InlineData("MERGE_HEAD", "git merge --abort")]
    [InlineData("CHERRY_PICK_HEAD", "git cherry-pick --abort")]
    [InlineData("REVERT_HEAD", "git revert --abort")]
    [InlineData("BISECT_LOG", "git bisect reset")]
    public async Task An_operation_in_progress_is_named_with_its_remedy(string mark, string remedy)
    {
        string path = Path.Combine(Repo, ".git", mark);
        if (mark.EndsWith('/'))
            Directory.CreateDirectory(path);
        else
            File.WriteAllText(path, Base);
        Assert.Contains(remedy, await ProblemAsync(Repo));
    }

    [Fact]
    public async Task Preparing_twice_keeps_the_base_though_the_target_moved()
    {
        var input = new PrepareProjectInput(Project, Repo);
        PreparedProject first = await Git.PrepareProject(input, Cancel);
        Repository.Commit("Later", ("b.txt", "b"));
        Assert.Equal(first, await Git.PrepareProject(input, Cancel));
        Assert.Equal(new PreparedProject(Path.GetFullPath(Repo), "refs/heads/main", Base), first);
        Assert.Equal(Base, Repository.Head(RefNames.Integration(Project)));
    }
}
