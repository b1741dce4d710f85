using Orchestra.Activities.Git;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Git;

public sealed class MergePlannerTests : GitTest
{
    private async Task<MergePlan> PlanAsync(params (string Name, string Commit)[] branches)
    {
        var input = new PlanMergesInput(Repo, Base, [.. branches.Select(branch => new BranchHead(branch.Name, branch.Commit))]);
        MergePlan plan = await Git.PlanMerges(input, Cancel);
        Assert.Equivalent(plan, await Git.PlanMerges(input, Cancel), strict: true);
        return plan;
    }

    [Fact]
    public async Task The_largest_clean_set_comes_first()
    {
        // "hub" is in the way of both others, which get along.
        string hub = Repository.Branch("hub", Base, ("a.txt", "H\n2\n3\n4\n5\n6\n7\n8\nH\n"), ("ü x.txt", "x"));
        string top = Repository.Branch("top", Base, ("a.txt", "T\n2\n3\n4\n5\n6\n7\n8\n9\n"));
        string end = Repository.Branch("end", Base, ("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\nE\n"));
        string refs = Repository.Refs();
        string objects = Repository.Git("count-objects");

        MergePlan plan = await PlanAsync(("hub", hub), ("top", top), ("end", end));
        Assert.Equal(["top", "end", "hub"], plan.Order);
        Assert.Equal(new Dictionary<string, int> { ["hub"] = 2, ["top"] = 1, ["end"] = 1 }, plan.Scores);
        Assert.Equal(["a.txt", "ü x.txt"], plan.Files["hub"]);
        Assert.Equal([("hub", "top"), ("hub", "end")], plan.Conflicts.Select(conflict => (conflict.SessionA, conflict.SessionB)));
        Assert.All(plan.Conflicts, conflict => Assert.Equal(["a.txt"], conflict.Files));
        Assert.Equal([1, 1], plan.Conflicts.Select(conflict => conflict.Hunks));
        Assert.Equal(2, plan.CleanCount);
        Assert.Equal(refs, Repository.Refs());
        Assert.Equal(objects, Repository.Git("count-objects"));
    }

    [Fact]
    public async Task What_conflicts_with_the_merged_comes_after_what_does_not()
    {
        string head = Repository.Branch("head", Base, ("a.txt", "H\n2\n3\n4\n5\n6\n7\n8\nH\n"));
        string both = Repository.Branch("both", Base, ("a.txt", "B\n2\n3\n4\n5\n6\n7\n8\nB\n"));
        string top = Repository.Branch("top", Base, ("a.txt", "T\n2\n3\n4\n5\n6\n7\n8\n9\n"));
        string apart = Repository.Branch("apart", Base, ("b.txt", "b"));
        var branches = new[] { new BranchHead("both", both), new BranchHead("top", top), new BranchHead("apart", apart) };
        MergePlan plan = await Git.PlanMerges(new PlanMergesInput(Repo, Base, branches, head), Cancel);
        Assert.Equal(["apart", "top", "both"], plan.Order);
        Assert.Equal(1, plan.CleanCount);
        Assert.Equal([("both", "top", 1), ("both", "", 2), ("top", "", 1)], plan.Conflicts.Select(c => (c.SessionA, c.SessionB, c.Hunks!.Value)));
    }

    [Fact]
    public async Task What_was_resolved_is_tried_where_it_was_touched()
    {
        string merged = Repository.Branch("merged", Base, ("b.txt", "merged\n"));
        string head = Repository.Branch("head", merged, ("b.txt", "resolved\n"), ("c.txt", "resolved\n"));
        string pair = Repository.Branch("pair", Base, ("b.txt", "pair\n"));
        string other = Repository.Branch("other", Base, ("c.txt", "other\n"));
        var input = new PlanMergesInput(
            Repo, Base, [new BranchHead("pair", pair), new BranchHead("other", other)], head, [new BranchHead("merged", merged)], ["c.txt"]);
        MergePlan plan = await Git.PlanMerges(input, Cancel);
        Assert.Equal([("pair", "", "b.txt"), ("other", "", "c.txt")], plan.Conflicts.Select(c => (c.SessionA, c.SessionB, c.Files.Single())));

        // Where nothing is known to be touched, only the branches count; where nothing is known at all, the head does.
        Assert.Equal(["pair"], (await Git.PlanMerges(input with { Touched = [] }, Cancel)).Conflicts.Select(c => c.SessionA));
        Assert.Equal(["pair", "other"], (await Git.PlanMerges(input with { Touched = null }, Cancel)).Conflicts.Select(c => c.SessionA));
    }

    [Fact]
    public async Task A_file_against_a_folder_of_its_name_is_tried()
    {
        string file = Repository.Branch("file", Base, ("x", "file"));
        string folder = Repository.Branch("folder", Base, ("x/y", "folder"));
        Assert.Single((await PlanAsync(("file", file), ("folder", folder))).Conflicts);
    }

    [Fact]
    public async Task Nothing_to_merge_is_an_empty_plan() => Assert.Empty((await PlanAsync()).Order);

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    public void A_star_of_conflicts_puts_its_middle_last(int count)
    {
        var conflicts = new bool[count, count];
        for (int other = 1; other < count; other++)
            conflicts[0, other] = conflicts[other, 0] = true;
        Assert.Equal([.. Enumerable.Range(1, count - 1), 0], MergeOrder.Of(conflicts).Indexes);
    }

    [Fact]
    public void Ties_go_by_input_order()
    {
        var conflicts = new bool[2, 2];
        Assert.Equal([0, 1], MergeOrder.Of(conflicts).Indexes);
        conflicts[0, 1] = conflicts[1, 0] = true;
        Assert.Equal([0, 1], MergeOrder.Of(conflicts).Indexes);
    }

    [Fact]
    public async Task A_bad_commit_in_a_batch_is_named() =>
        await Assert.ThrowsAsync<GitException>(() => Get<PairMerger>().ConflictsAsync(Repo, [(Base, Base), (Base, new string('1', 40))], Cancel));
}
