using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestra.Activities.Git;
using Orchestra.Activities.Git.Mechanical;
using Orchestra.Core.Configuration;

namespace Orchestra.Activities;

/// <summary>Registers the git layer; needs a <see cref="Core.DataFolder"/> and logging.</summary>
public static class OrchestraGitServices
{
    public static IServiceCollection AddOrchestraGit(this IServiceCollection services)
    {
        services.TryAddSingleton(s => s.GetService<OrchestraConfig>()?.Runs ?? new RunsConfig());
        services.TryAddSingleton<GitCli>();
        services.TryAddSingleton<GitVersion>();
        services.TryAddSingleton<GitPlumbing>();
        services.TryAddSingleton<AllowedRoots>();
        services.TryAddSingleton<RepositoryInspector>();
        services.TryAddSingleton<ProjectPreparer>();
        services.TryAddSingleton<IntegrationResumer>();
        services.TryAddSingleton<BranchTaker>();
        services.TryAddSingleton<LandingReverter>();
        services.TryAddSingleton<Pusher>();
        services.TryAddSingleton<WorktreeRecords>();
        services.TryAddSingleton<Worktrees>();
        services.TryAddSingleton<WorktreeSnapshots>();
        services.TryAddSingleton<StaleLocks>();
        services.TryAddSingleton<WorkCommitter>();
        services.TryAddSingleton<TrialMerger>();
        services.TryAddSingleton<BlobReader>();
        services.TryAddSingleton<PairMerger>();
        services.TryAddSingleton<MergePlanner>();
        services.TryAddSingleton<WorkHeads>();
        services.TryAddSingleton<ConflictHunks>();
        services.TryAddSingleton<BranchMerger>();
        services.TryAddSingleton<TreeEditor>();
        services.TryAddSingleton<ConflictStages>();
        services.TryAddSingleton<LineEdits>();
        services.TryAddSingleton<LineMerger>();
        services.TryAddSingleton<MergePolicies>();
        services.TryAddSingleton<MechanicalResolver>();
        services.TryAddSingleton<ConflictWork>();
        services.TryAddSingleton<FixWork>();
        services.TryAddSingleton<Checkouts>();
        services.TryAddSingleton<CheckoutForwarder>();
        services.TryAddSingleton<Lander>();
        services.TryAddSingleton<Keeper>();
        services.TryAddSingleton<WorktreeRemover>();
        services.TryAddSingleton<WorktreeCleaner>();
        services.TryAddSingleton<GitActivities>();
        return services;
    }
}
