using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Git;

namespace Orchestra.Bench;

/// <summary>
/// Planning and merging sets of parallel branches in memory. Without options on generated sets, beside plain git doing the same merges in a
/// checkout that is there already; with <c>--repo PATH --sets FILE</c> on given sets, counting what became of each branch.
/// </summary>
internal static class MergeBench
{
    private const string Name = "merge";
    private const int Rounds = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private const string Integration = "refs/heads/orchestra/bench";

    public static async Task RunAsync(Reporter reporter, string? repository, string? sets)
    {
        DirectoryInfo work = Directory.CreateTempSubdirectory("orchestra-bench-");
        try
        {
            await using ServiceProvider services = MergeRun.Services(Path.Combine(work.FullName, "data"));
            var run = new MergeRun(services.GetRequiredService<GitActivities>());
            if (repository is not null && sets is not null)
                await GivenAsync(reporter, run, work.FullName, repository, await MergeSet.ReadAsync(sets));
            else
                await GeneratedAsync(reporter, run, work.FullName);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task GeneratedAsync(Reporter reporter, MergeRun run, string work)
    {
        foreach (int files in (int[])[100, 2000, 20_000])
        {
            foreach (int branches in (int[])[4, 8, 16, 32, 100])
            {
                string source = Path.Combine(work, $"{files}-{branches}.git");
                MergeSet set = await GeneratedBranches.CreateAsync(source, files, branches);
                var ours = new List<MergeTally>();
                var plain = new List<double>();
                var time = Stopwatch.StartNew();
                for (int round = 0; round < Rounds && (round == 0 || time.Elapsed < Patience); round++)
                {
                    MergeTally tally = await run.RunAsync(await CloneAsync(source, $"{source}-ours-{round}"), set, Integration);
                    ours.Add(tally);
                    plain.Add(await PlainAsync(await CloneAsync(source, $"{source}-plain-{round}"), set.Base, tally.Order));
                }

                MergeTally median = ours.OrderBy(tally => tally.Milliseconds).ElementAt(ours.Count / 2);
                reporter.Add(new Measurement(
                    Name,
                    $"{branches} branches, {files} files: {median.Clean} clean, {median.Mechanical} mechanical, {median.Conflicts} left",
                    median.Milliseconds / 1000, "s", plain.Order().ElementAt(plain.Count / 2) / 1000));
            }
        }
    }

    private static async Task GivenAsync(Reporter reporter, MergeRun run, string work, string repository, IReadOnlyList<MergeSet> sets)
    {
        string clone = await CloneAsync(Path.GetFullPath(repository), Path.Combine(work, "given.git"));
        var tallies = new List<MergeTally>();
        for (int n = 0; n < sets.Count; n++)
            tallies.Add(await run.RunAsync(clone, sets[n], $"{Integration}-{n}"));

        void Add(string what, double value, string unit) => reporter.Add(new Measurement(Name, what, value, unit, null));
        Add("sets", sets.Count, "");
        Add("branches", sets.Sum(set => set.Commits.Count), "");
        Add("clean", tallies.Sum(tally => tally.Clean), "");
        Add("mechanical", tallies.Sum(tally => tally.Mechanical), "");
        Add("safe classes", tallies.Sum(tally => tally.ByPolicy), "");
        Add("conflicts left", tallies.Sum(tally => tally.Conflicts), "");
        Add("planning, all sets", tallies.Sum(tally => tally.PlanMilliseconds), "ms");
        Add("planning and merging, all sets", tallies.Sum(tally => tally.Milliseconds), "ms");
        Add("planning and merging, median of a set", tallies.Select(tally => tally.Milliseconds).Order().ElementAtOrDefault(tallies.Count / 2), "ms");
        Add("planning and merging, longest", tallies.Select(tally => tally.Milliseconds).DefaultIfEmpty().Max(), "ms");
    }

    /// <summary>A bare repository that reads the source's objects and writes its own, so that the source stays as it is.</summary>
    private static async Task<string> CloneAsync(string source, string path)
    {
        await Processes.RunAsync("git", "clone", "--quiet", "--bare", "--shared", source, path);
        return path;
    }

    private static async Task<double> PlainAsync(string repository, string start, IReadOnlyList<string> commits)
    {
        string checkout = $"{repository}-checkout";
        await Processes.RunAsync("git", "-C", repository, "worktree", "add", "--quiet", "--detach", checkout, start);
        var time = Stopwatch.StartNew();
        await Processes.RunAsync("/bin/sh", [Path.Combine(AppContext.BaseDirectory, "merge-git.sh"), checkout, .. commits]);
        double milliseconds = time.Elapsed.TotalMilliseconds;
        Directory.Delete(checkout, recursive: true);
        return milliseconds;
    }
}
