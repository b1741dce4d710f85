using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities;
using Orchestra.Activities.Git;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Bench;

/// <summary>What became of the branches of one set.</summary>
internal sealed record MergeTally(int Clean, int Mechanical, int ByPolicy, int Conflicts, IReadOnlyList<string> Order, double PlanMilliseconds, double Milliseconds);

/// <summary>Plans and merges a set as the pipeline does, without gates: what can be settled by rule is, a real conflict is left out.</summary>
internal sealed class MergeRun(GitActivities git)
{
    // Lock files are taken without being written anew: their tools are not asked for here.
    private static readonly MergePolicy Policy = new(
        MechanicalPolicies.Auto,
        ["CHANGELOG*", "CHANGES*", "HISTORY*", "NEWS*", "AUTHORS*", "CONTRIBUTORS*"],
        [new GeneratedFiles(["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Cargo.lock", "poetry.lock", "uv.lock", "Gemfile.lock", "composer.lock", "go.sum", "packages.lock.json"])]);

    private static readonly DateTime Date = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static ServiceProvider Services(string dataFolder) =>
        new ServiceCollection().AddLogging().AddSingleton(new DataFolder(dataFolder)).AddOrchestraGit().BuildServiceProvider();

    /// <param name="repository">Its integration branch is moved, objects are written; nothing else.</param>
    public async Task<MergeTally> RunAsync(string repository, MergeSet set, string integrationRef)
    {
        await Processes.RunAsync("git", "-C", repository, "update-ref", integrationRef, set.Base);
        var time = Stopwatch.StartNew();
        Dictionary<string, BranchHead> pending = set.Commits.Select((commit, n) => new BranchHead($"{n}", commit)).ToDictionary(b => b.SessionId);
        var order = new List<string>();
        string head = set.Base;
        var merged = new List<BranchHead>();
        var touched = new List<string>();
        int clean = 0, mechanical = 0, byPolicy = 0, conflicts = 0;
        Queue<string> plan = await PlanAsync();
        double planned = time.Elapsed.TotalMilliseconds;
        while (plan.TryDequeue(out string? session))
        {
            pending.Remove(session, out BranchHead? branch);
            order.Add(branch!.Commit);
            MergeOutcome merge = await git.MergeBranch(
                new MergeBranchInput(repository, integrationRef, head, branch.Commit, $"Merge {session}", Date), CancellationToken.None);
            if (merge.Commit is not null)
            {
                clean++;
                head = merge.Commit;
                merged.Add(branch);
                continue;
            }

            MechanicalOutcome outcome = await git.ResolveMechanically(
                new ResolveMechanicallyInput(repository, head, branch.Commit, $"Merge {session}\n\nSession: {session}", Date, Policy), CancellationToken.None);
            if (outcome.Commit is null)
            {
                conflicts++;
            }
            else
            {
                await git.AdvanceIntegration(new AdvanceIntegrationInput(repository, integrationRef, head, outcome.Commit), CancellationToken.None);
                head = outcome.Commit;
                merged.Add(branch);
                touched.AddRange(outcome.Files);
                bool keptLines = outcome.Settled!.Any(file => file.How == SettledBy.Mechanical);
                (mechanical, byPolicy) = keptLines ? (mechanical + 1, byPolicy) : (mechanical, byPolicy + 1);
            }

            if (pending.Count > 0)
                plan = await PlanAsync();
        }

        return new MergeTally(clean, mechanical, byPolicy, conflicts, order, planned, time.Elapsed.TotalMilliseconds);

        async Task<Queue<string>> PlanAsync() => new((await git.PlanMerges(
            new PlanMergesInput(repository, set.Base, [.. pending.Values], head, merged, touched), CancellationToken.None)).Order);
    }
}
