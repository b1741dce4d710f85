using Orchestra.Activities.Git;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Git;

public sealed class MergeTests : GitTest
{
    private MergeBranchInput Input(string integration, string ours, string theirs) => new(Repo, integration, ours, theirs, "Merge work", Date);

    [Fact]
    public async Task A_clean_merge_is_the_same_merge_commit_every_time()
    {
        string integration = Integration(Base);
        string theirs = Repository.Branch("b", Base, ("b ü.txt", "b"));
        MergeOutcome first = await Git.MergeBranch(Input(integration, Base, theirs), Cancel);
        Assert.Equal(first.Commit, Repository.Head(integration));
        Assert.Equal($"{Base} {theirs}", Repository.Git("log", "-1", "--format=%P", integration));
        Assert.Equal(first.Commit, (await Git.MergeBranch(Input(integration, Base, theirs), Cancel)).Commit);

        // Repeated late, after the branch went on.
        string next = Repository.Branch("c", Base, ("c.txt", "c"));
        MergeOutcome second = await Git.MergeBranch(Input(integration, first.Commit!, next), Cancel);
        Assert.Equal(first.Commit, (await Git.MergeBranch(Input(integration, Base, theirs), Cancel)).Commit);
        Assert.Equal(second.Commit, Repository.Head(integration));
        Assert.Equal("", Repository.Git("status", "--porcelain"));
    }

    [Fact]
    public async Task What_is_already_in_changes_nothing()
    {
        string ahead = Repository.Branch("b", Base, ("b.txt", "b"));
        string integration = Integration(ahead);
        Assert.Equal(ahead, (await Git.MergeBranch(Input(integration, ahead, Base), Cancel)).Commit);
    }

    [Fact]
    public async Task An_integration_branch_that_is_elsewhere_is_not_moved()
    {
        string elsewhere = Repository.Branch("e", Base, ("e.txt", "e"));
        string integration = Integration(elsewhere);
        string theirs = Repository.Branch("b", Base, ("b.txt", "b"));
        await Assert.ThrowsAsync<GitException>(() => Git.MergeBranch(Input(integration, Base, theirs), Cancel));
        Assert.Equal(elsewhere, Repository.Head(integration));
    }

    [Fact]
    public async Task A_merge_is_taken_back_once_and_only_from_where_it_was()
    {
        string integration = Integration(Base);
        string merged = (await Git.MergeBranch(Input(integration, Base, Repository.Branch("b", Base, ("b.txt", "b"))), Cancel)).Commit!;
        var input = new RetractIntegrationInput(Repo, integration, merged, Base);
        await Git.RetractIntegration(input, Cancel);
        await Git.RetractIntegration(input, Cancel);
        Assert.Equal(Base, Repository.Head(integration));

        // Somebody committed on top meanwhile.
        string above = Repository.Branch("above", merged, ("c.txt", "c"));
        Repository.Git("update-ref", integration, above);
        await Assert.ThrowsAsync<GitException>(() => Git.RetractIntegration(input, Cancel));
        Assert.Equal(above, Repository.Head(integration));
        await Assert.ThrowsAsync<GitException>(() => Git.RetractIntegration(input with { From = above, To = Repository.Branch("x", Base, ("x", "x")) }, Cancel));
    }

    [Fact]
    public async Task A_missing_commit_is_a_failure_and_not_a_conflict() =>
        await Assert.ThrowsAsync<GitException>(() => Git.MergeBranch(Input(Integration(Base), Base, new string('1', 40)), Cancel));

    [Fact]
    public async Task A_conflict_shows_its_hunks_with_context()
    {
        string lines = string.Concat(Enumerable.Range(1, 40).Select(line => $"{line}\n"));
        string start = Repository.Commit("Long", ("-odd näme", lines), ("bin", "a\0b"), ("gone", "x"));
        string ours = Repository.Branch("o", start, ("-odd näme", lines.Replace("20\n", "ours\n")), ("bin", "o\0"), ("gone", null));
        string theirs = Repository.Branch("t", start, ("-odd näme", lines.Replace("20\n", "theirs\n")), ("bin", "t\0"), ("gone", "y"));
        string integration = Integration(ours);

        MergeOutcome outcome = await Git.MergeBranch(Input(integration, ours, theirs), Cancel);
        Assert.Null(outcome.Commit);
        Assert.Equal(ours, Repository.Head(integration));
        Assert.Equal(["-odd näme", "bin", "gone"], outcome.Conflicts.Select(file => file.Path));
        string[] hunk = outcome.Conflicts[0].Hunks.TrimEnd('\n').Split('\n');
        Assert.Equal(["17", "18", "19"], hunk[..3]);
        Assert.StartsWith("<<<<<<< ", hunk[3]);
        Assert.Equal(["ours", "=======", "theirs"], hunk[4..7]);
        Assert.Equal(["21", "22", "23"], hunk[8..]);
        Assert.Equal("", outcome.Conflicts[1].Hunks);
        Assert.Contains("modify/delete", outcome.Conflicts[2].Hunks);
    }

    [Theory]
    [InlineData("<<<<<<< ours", true)]
    [InlineData("<<<<<<<<<< ours", true)]
    [InlineData("<<<<<<", false)]
    [InlineData("<<<<<<<", false)]
    [InlineData("", false)]
    public void Markers_may_be_longer_than_seven(string line, bool isMarker) => Assert.Equal(isMarker, ConflictMarkers.IsStart(line));

    [Fact]
    public void Long_hunks_are_cut()
    {
        string content = "<<<<<<< a\n" + new string('x', 20_000) + "\n=======\n>>>>>>> b\n";
        Assert.Equal(ConflictHunks.MaxLength, ConflictHunks.Of(System.Text.Encoding.UTF8.GetBytes(content))!.Length);
    }
}
