using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orchestra.Activities.Agents;
using Orchestra.Activities.Agents.Admission;
using Orchestra.Activities.Agents.Sandboxes;
using Orchestra.Activities.Gates;
using Orchestra.Activities.Git;
using Orchestra.Activities.Processes;
using Orchestra.Activities.Secrets;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Output;
using Orchestra.Core.Quota;

namespace Orchestra.Activities;

public static class RunServices
{
    /// <summary>Agents and gates. Needs a <see cref="DataFolder"/> and the git services; an <see cref="IRunObserver"/> is optional.</summary>
    public static IServiceCollection AddOrchestraRuns(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(s => new RunEngine(
            s.GetRequiredService<DataFolder>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<RunEngine>>(),
            s.GetService<IRunObserver>()));
        services.TryAddSingleton(s => new RunEnder(s.GetRequiredService<RunEngine>(), s.GetRequiredService<DataFolder>()));
        services.TryAddSingleton<AgentWorktree>();
        services.TryAddSingleton(s => s.GetService<OrchestraConfig>()?.Runs ?? new RunsConfig());
        services.TryAddSingleton<BuildCaches>();
        services.TryAddSingleton(new Bubblewrap(Environment.GetEnvironmentVariable("PATH")));
        services.TryAddSingleton(s => new SandboxFolders(
            s.GetRequiredService<RunsConfig>().Sandbox, s.GetRequiredService<DataFolder>(), s.GetRequiredService<BuildCaches>(), Environment.GetEnvironmentVariable("HOME")));
        services.TryAddSingleton<Sandbox>();
        services.TryAddSingleton<SecretSeal>();
        services.TryAddSingleton<LaunchSecrets>();
        services.TryAddSingleton(new ClientVariables(Environment.GetEnvironmentVariable));
        services.TryAddSingleton(s => new AgentRunner(
            s.GetRequiredService<RunEngine>(), s.GetRequiredService<AgentWorktree>(), s.GetRequiredService<BuildCaches>(), s.GetRequiredService<RunsConfig>(),
            s.GetRequiredService<DataFolder>(), s.GetRequiredService<ClientVariables>(), s.GetRequiredService<Sandbox>(),
            s.GetService<OrchestraConfig>()?.Client.Api ?? new ApiConfig(), s.GetRequiredService<LaunchSecrets>()));
        services.TryAddSingleton<MachineRoom>();
        services.TryAddSingleton<ClientAccounts>();
        services.TryAddSingleton(s => new AgentPlaces(s.GetRequiredService<RunsConfig>().MaxParallelAgents, s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(s => new AgentAdmission(
            s.GetRequiredService<AgentRunner>(), s.GetRequiredService<AgentPlaces>(), s.GetRequiredService<MachineRoom>(),
            s.GetService<QuotaBreakers>(), s.GetRequiredService<ClientAccounts>(), s.GetService<OrchestraConfig>()?.Client.Quota ?? new QuotaConfig(),
            s.GetService<Spendings>(), s.GetService<BudgetQuestions>(), s.GetRequiredService<TimeProvider>(), s.GetService<IRunObserver>()));
        services.TryAddSingleton<GateWorktree>();
        services.TryAddSingleton<GatePasses>();
        services.TryAddSingleton<TestEvidence>();
        services.TryAddSingleton(s => new GateRunner(
            s.GetRequiredService<RunEngine>(), s.GetRequiredService<GateWorktree>(), s.GetRequiredService<GatePasses>(),
            s.GetRequiredService<TestEvidence>(), s.GetRequiredService<DataFolder>(), s.GetRequiredService<BuildCaches>()));
        services.TryAddSingleton(s => new PullRequester(s.GetRequiredService<RunEngine>()));
        services.TryAddSingleton(s => new Regenerator(
            s.GetRequiredService<GateRunner>(), s.GetRequiredService<GateWorktree>(), s.GetRequiredService<GitPlumbing>(), s.GetRequiredService<TreeEditor>()));
        services.TryAddSingleton(new Redactor([]));
        services.TryAddSingleton<RunActivities>();
        return services;
    }
}
