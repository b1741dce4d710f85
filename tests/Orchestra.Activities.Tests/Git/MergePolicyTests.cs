using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Git;

/// <summary>Files that are settled by their class, and who decides on the classes.</summary>
public sealed class MergePolicyTests : GitTest
{
    private static readonly MergePolicy Policy = new(
        MechanicalPolicies.Off, ["CHANGELOG*"], [new GeneratedFiles(["*.lock"], "make lock"), new GeneratedFiles(["gen/**"])]);

    private Task<MechanicalOutcome> ResolveAsync(string ours, string theirs, MergePolicy? policy = null) =>
        Git.ResolveMechanically(new ResolveMechanicallyInput(Repo, ours, theirs, "Merge\n\nA: b", Date, policy ?? Policy), Cancel);

    [Theory]
    [InlineData("*.lock", "a/b/Cargo.lock", true)]
    [InlineData("*.lock", "Cargo.lock.txt", false)]
    [InlineData("changelog*", "docs/CHANGELOG.md", true)]
    [InlineData("gen/*", "gen/a.cs", true)]
    [InlineData("gen/*", "gen/a/b.cs", false)]
    [InlineData("gen/**", "gen/a/b.cs", true)]
    [InlineData("gen/**", "src/gen/a.cs", false)]
    [InlineData("**/gen/*.cs", "gen/a.cs", true)]
    [InlineData("**/gen/*.cs", "src/x/gen/a.cs", true)]
    [InlineData("/top", "top", true)]
    [InlineData("/top", "sub/top", false)]
    [InlineData("a?c+", "abc+", true)]
    public void Patterns(string pattern, string path, bool matches) => Assert.Equal(matches, new PathPattern(pattern).Matches(path));

    [Fact]
    public async Task Classes_settle_what_lines_cannot()
    {
        string start = Repository.Commit("start", ("CHANGELOG.md", "# Log\nold\n"), ("x.lock", "1\n"), ("gen/a", "1\n"));
        string ours = Repository.Branch("o", start, ("CHANGELOG.md", "# Log\nours\n"), ("x.lock", "ours\n"), ("gen/a", null), ("o", "o"));
        string theirs = Repository.Branch("t", start, ("CHANGELOG.md", "# Log\ntheirs\n"), ("x.lock", "theirs\n"), ("gen/a", "theirs\n"), ("t", "t"));
        MechanicalOutcome outcome = await ResolveAsync(ours, theirs);

        Assert.Equal("# Log\nours\ntheirs", Repository.Show(outcome.Commit!, "CHANGELOG.md"));
        Assert.Equal("ours", Repository.Show(outcome.Commit!, "x.lock"));
        Assert.Equal("theirs", Repository.Show(outcome.Commit!, "gen/a"));
        Assert.Equal(
            [new SettledFile("CHANGELOG.md", "union"), new SettledFile("gen/a", "generated"), new SettledFile("x.lock", "generated", "make lock")],
            outcome.Settled);
        Assert.Equal("generated, union", Repository.Git("log", "-1", "--format=%(trailers:key=Orchestra-Resolution,valueonly,separator=%x2C)", outcome.Commit!));
    }

    [Fact]
    public async Task A_changelog_that_both_added_keeps_both_and_the_rest_is_nobodys_business()
    {
        string ours = Repository.Branch("o", Base, ("CHANGELOG", "ours"), ("src", "1\n"));
        string theirs = Repository.Branch("t", Base, ("CHANGELOG", "theirs\n"));
        Assert.Equal("ours\ntheirs", Repository.Show((await ResolveAsync(ours, theirs)).Commit!, "CHANGELOG"));

        string other = Repository.Branch("u", Base, ("CHANGELOG", "theirs\n"), ("src", "2\n"));
        Assert.Contains("src", (await ResolveAsync(ours, other)).Reason);
    }

    [Fact]
    public async Task The_repositorys_file_is_read_from_the_base_and_goes_before_the_configuration()
    {
        Task<MergePolicy> ReadAsync(string commit) => Git.ReadMergePolicy(new ReadMergePolicyInput(Repo, commit, Policy), Cancel);
        Assert.Equal(Policy, await ReadAsync(Base));

        string own = Repository.Commit("own", (".orchestra.yml", "pipeline:\n  mechanical: ask\n  generated_files:\n    - files: [a]\n      regenerate: make a\n"));
        MergePolicy read = await ReadAsync(own);
        Assert.Equal("ask", read.Mechanical);
        Assert.Equal(["CHANGELOG*"], read.UnionFiles);
        Assert.Equal("make a", Assert.Single(read.GeneratedFiles).Regenerate);

        string bad = Repository.Commit("bad", (".orchestra.yml", "pipeline:\n  mechanical: perhaps\n  build_command: rm\n"));
        read = await ReadAsync(bad);
        Assert.Contains(".orchestra.yml:3: pipeline.build_command", read.Problem);
        Assert.Equal(MechanicalPolicies.Off, read.Mechanical);
        Assert.Empty(read.UnionFiles);
    }
}
