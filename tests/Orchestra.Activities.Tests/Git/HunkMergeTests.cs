using System.Text;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Git;

/// <summary>What is kept where both sides touch, and what remains a conflict.</summary>
public sealed class HunkMergeTests : GitTest
{
    private async Task<(MechanicalOutcome Outcome, string? File)> MergeAsync(string start, string ours, string theirs)
    {
        string from = Commit("start", Base, start);
        string mine = Commit("mine", from, ours);
        string other = Commit("other", from, theirs);
        var input = new ResolveMechanicallyInput(Repo, mine, other, "Merge other\n\nA: b", Date);
        MechanicalOutcome outcome = await Git.ResolveMechanically(input, Cancel);
        Assert.Equal(outcome.Commit, (await Git.ResolveMechanically(input, Cancel)).Commit);
        return (outcome, outcome.Commit is null ? null : Encoding.UTF8.GetString(await BytesAsync(outcome.Commit)));
    }

    private string Commit(string name, string from, string content) =>
        Repository.Branch($"{name}-{Guid.NewGuid():N}", from, ("f ü.txt", content));

    private async Task<byte[]> BytesAsync(string commit) =>
        (await Get<Activities.Git.GitCli>().RunAsync(new Activities.Git.GitCommand(Repo, "cat-file", "blob", $"{commit}:f ü.txt"), Cancel)).Output;

    [Theory]
    [InlineData("1\n2\n3\n4\n", "1\nA\n3\n4\n", "1\n2\nB\n4\n", "1\nA\nB\n4\n")] // neighbouring lines
    [InlineData("1\n2\n3\n4\n", "1\n2\nB\n4\n", "1\nA\n3\n4\n", "1\nA\nB\n4\n")] // the other way round
    [InlineData("1\n2\n", "1\nA\n2\n", "1\nB\n2\n", "1\nA\nB\n2\n")] // insertions at one place
    [InlineData("1\n", "1\nA\n", "1\nB\n", "1\nA\nB\n")] // at the end
    [InlineData("1\n", "A\n1\n", "B\n1\n", "A\nB\n1\n")] // at the beginning
    [InlineData("1\n2\n", "1\nA\n2\n", "1\nA\nB\n2\n", "1\nA\nB\n2\n")] // one insertion holds the other
    [InlineData("1\n2\n3\n", "1\nA\n2\n3\n", "1\nB\n3\n", "1\nA\nB\n3\n")] // insertion before a changed line
    [InlineData("1\n2\n3\n", "1\n2\nA\n3\n", "1\nB\n3\n", "1\nB\nA\n3\n")] // and after it
    [InlineData("1\n2\n3\n", "1\n3\n", "1\n2\nB\n", "1\nB\n")] // one deletes, the other changes the next
    [InlineData("1\r\n2\r\n", "1\r\nA\r\n2\r\n", "1\r\nB\r\n2\r\n", "1\r\nA\r\nB\r\n2\r\n")]
    [InlineData("1\r\n", "1\r\nA", "1\r\nB\r\n", "1\r\nA\r\nB\r\n")] // ours ends without a line end
    [InlineData("1\n", "1\nA\n", "1\nB", "1\nA\nB")]
    [InlineData("ä\n€\n", "ä\n𝄞\n€\n", "ä\nπ\n€\n", "ä\n𝄞\nπ\n€\n")]
    public async Task Lines_of_both_sides_are_kept(string start, string ours, string theirs, string expected)
    {
        (MechanicalOutcome outcome, string? file) = await MergeAsync(start, ours, theirs);
        Assert.Null(outcome.Reason);
        Assert.Equal(expected, file);
        Assert.Equal(["f ü.txt"], outcome.Files);
    }

    [Theory]
    [InlineData("1\n2\n3\n", "1\nA\n3\n", "1\nB\n3\n")] // the same line
    [InlineData("1\n2\n3\n4\n", "1\nA\n4\n", "1\nB\nC\n3\n4\n")] // overlapping ranges
    [InlineData("1\n2\n3\n", "1\n3\n", "1\nB\n3\n")] // deleted here, changed there
    [InlineData("1\n2\n3\n", "X\n", "1\n2\nB\n3\n")] // inserted into what the other replaced
    [InlineData("1", "1\nA", "1\nB")] // the last line got its end on both sides
    [InlineData("1\n2\n", "1\n\0\n2\n", "1\nB\n2\n")] // binary
    public async Task The_same_lines_are_a_conflict(string start, string ours, string theirs)
    {
        (MechanicalOutcome outcome, _) = await MergeAsync(start, ours, theirs);
        Assert.Null(outcome.Commit);
        Assert.NotNull(outcome.Reason);
    }

    [Fact]
    public async Task The_candidate_has_both_parents_and_the_rest_of_the_merge_and_moves_nothing()
    {
        string start = Repository.Commit("start", ("list", "1\n2\n"), ("run.sh", "x\n"));
        Repository.Git("switch", "--quiet", "-c", "mine", start);
        Repository.Git("config", "core.fileMode", "false");
        Repository.Git("update-index", "--chmod=+x", "list");
        Repository.Git("commit", "--quiet", "-m", "mode");
        string ours = Repository.Commit("mine", ("list", "1\nA\n2\n"), ("a", "a"));
        Repository.Git("switch", "--quiet", "main");
        string theirs = Repository.Branch("other", start, ("list", "1\nB\n2\n"), ("sub/b", "b"));
        string refs = Repository.Refs();

        MechanicalOutcome outcome = await Git.ResolveMechanically(new ResolveMechanicallyInput(Repo, ours, theirs, "Merge\n\nA: b", Date), Cancel);
        Assert.Equal(refs, Repository.Refs());
        Assert.Equal("", Repository.Git("status", "--porcelain"));
        Assert.Equal($"{ours} {theirs}", Repository.Git("log", "-1", "--format=%P", outcome.Commit!));
        Assert.Equal("README.md\na\na.txt\nlist\nrun.sh\nsub/b", Repository.Git("ls-tree", "-r", "--name-only", outcome.Commit!));
        Assert.StartsWith("100755", Repository.Git("ls-tree", outcome.Commit!, "list"));
        Assert.Contains(" +A\n", outcome.Diff);
        Assert.Contains("+ B\n", outcome.Diff);
        Assert.Equal("mechanical", Repository.Git("log", "-1", "--format=%(trailers:key=Orchestra-Resolution,valueonly,separator=%x2C)", outcome.Commit!));
    }

    [Fact]
    public async Task Other_conflicts_are_left_to_people()
    {
        string start = Repository.Commit("start", ("gone", "x\n"), ("list", "1\n"), ("locked", "1\n"), (".gitattributes", "locked -merge\n"));
        string ours = Repository.Branch("mine", start, ("gone", null), ("new", "1\n"), ("list", "1\nA\n"));
        async Task<string?> ReasonAsync(string name, params (string, string?)[] files) =>
            (await Git.ResolveMechanically(new ResolveMechanicallyInput(Repo, ours, Repository.Branch(name, start, files), "m", Date), Cancel)).Reason;

        Assert.Contains("gone", await ReasonAsync("changed", ("gone", "y\n"), ("list", "1\nB\n")));
        Assert.Contains("new", await ReasonAsync("added", ("new", "2\n")));
        ours = Repository.Branch("mine2", start, ("locked", "1\nA\n"));
        Assert.Contains("locked", await ReasonAsync("attribute", ("locked", "1\nB\n")));
    }
}
