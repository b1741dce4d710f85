using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestra.Activities;
using Orchestra.Activities.Agents;
using Orchestra.Activities.Agents.Admission;
using Orchestra.Activities.Agents.Api;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Agents.Sandboxes;
using Orchestra.Activities.Output;
using Orchestra.Activities.Processes;
using Orchestra.Activities.Secrets;
using Orchestra.Activities.Sessions;
using Orchestra.Activities.State;
using Orchestra.Activities.Upkeep;
using Orchestra.Activities.Configuration;
using Orchestra.Core;
using Orchestra.Core.Bookkeeping;
using Orchestra.Core.Configuration;
using Orchestra.Core.Events;
using Orchestra.Core.Logs;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Output;
using Orchestra.Core.Quota;
using Orchestra.Core.Storage;
using Orchestra.Functions.Configuration;
using Orchestra.Functions.Events;
using Orchestra.Functions.Launching;
using Orchestra.Functions.Logs;
using Orchestra.Functions.Http;
using Orchestra.Functions.Output;
using Orchestra.Functions.Security;
using Orchestra.Functions.Sockets;
using Orchestra.Functions.State;
using Orchestra.Functions.Telemetry;
using Orchestra.Functions.Upkeep;

namespace Orchestra.Functions;

/// <summary>The app: an ordinary function app, whatever hosts it.</summary>
public static class OrchestraHost
{
    // What the durable runtime's management API may need; our own functions take less.
    private const long LargestBody = 4 * 1024 * 1024;

    /// <param name="extend">What the program around it adds, such as a dashboard.</param>
    public static IHost Build(string[] args, Action<FunctionsApplicationBuilder>? extend = null)
    {
        FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        LogDefaults.AddTo(builder.Configuration);
        IServiceCollection services = builder.Services;
        var data = new DataFolder(builder.Configuration["ORCHESTRA_DATA"] is { Length: > 0 } folder ? folder : ".orchestra");
        services.AddSingleton(data);
        services.AddSingleton(TimeProvider.System);
        (OrchestraConfig config, ConfigOrigin origin) = LoadConfig(builder.Configuration);
        data.Prepare();
        services.AddSingleton(config);
        services.AddSingleton(origin);
        services.AddSingleton<EffectiveConfig>();
        AccessSettings access = services.AddAccessRules(builder.Configuration);
        services.AddSingleton<AuditLog>();
        services.Configure<KestrelServerOptions>(options => options.Limits.MaxRequestBodySize = LargestBody);
        services.AddSingleton<IdempotencyStore>();
        services.AddSingleton(new LaunchRate(builder.Configuration));
        services.AddSingleton<LaunchGuard>();
        services.AddSingleton(StateStore.Choose(builder.Configuration, data));
        services.AddSingleton<ProjectStore>();
        services.AddSingleton<UsageLedger>();
        services.AddSingleton<ExecutionStore>();
        services.AddSingleton<ResultFiles>();
        services.AddSingleton<Bookkeeper>();
        services.AddSingleton<OrchestratorStore>();
        services.AddSingleton<EventLog>();
        services.AddSingleton<EventReader>();
        services.AddSingleton<EventMessages>();
        services.AddSingleton<OutputLog>();
        services.AddSingleton<OutputRecorder>();
        services.AddHostedService<OutputFollower>();
        services.AddSingleton<EventTail>();
        services.AddSingleton(SocketLimits.From(builder.Configuration));
        services.AddSingleton<SocketCount>();
        services.AddSingleton<IStartupFilter, SocketFilter>();
        services.AddOrchestraTelemetry(builder.Configuration);
        services.AddSingleton(Redactor.FromEnvironment(builder.Configuration.AsEnumerable()));
        services.AddSingleton<LogStore>();
        services.AddSingleton<LogQueue>();
        services.AddSingleton<ILoggerProvider>(s => s.GetRequiredService<LogQueue>());
        builder.Logging.AddFilter<LogQueue>(null, LogLevel.Information);
        services.AddHostedService<LogRecorder>();
        services.AddSingleton<FixProgress>();
        services.AddSingleton<IRunObserver, SessionProgress>();
        var variables = new ClientVariables(name => builder.Configuration[name] ?? Environment.GetEnvironmentVariable(name));
        services.AddSingleton(variables);
        services.AddSingleton(new Bubblewrap(builder.Configuration["PATH"]));
        services.AddSingleton(s => new Clients(
            new ClaudeCli(builder.Configuration["CLAUDE_CLI_PATH"], Environment.GetEnvironmentVariable("HOME"), Environment.GetEnvironmentVariable("PATH")),
            new ApiAccess(variables),
            s.GetRequiredService<Sandbox>(),
            s.GetRequiredService<LaunchSecrets>()));
        services.AddSingleton<SpendingStore>();
        services.AddSingleton<Spendings>();
        services.AddSingleton<BudgetQuestions>();
        services.AddSingleton(s => s.GetRequiredService<OrchestraConfig>().Pipeline);
        services.AddSingleton<DecisionDesk>();
        services.AddSingleton<DecisionAnswering>();
        services.AddSingleton(s => new QuotaBreakers(
            s.GetRequiredService<ITableStore>(), s.GetRequiredService<EventLog>(), s.GetRequiredService<OrchestraConfig>().Client.Quota, s.GetRequiredService<TimeProvider>()));
        services.AddOrchestraGit();
        services.AddOrchestraRuns();
        services.AddRoomForAgents(config.Runs);
        services.AddOrchestraSessions();
        services.AddOrchestraUpkeep();
        services.AddSingleton<Retention>();
        services.AddSingleton<EarlyWarning>();
        services.AddSingleton<StrandedProjects>();
        services.AddSingleton<StrandedSessions>();
        extend?.Invoke(builder);
        IHost host = builder.Build();
        // Once more when the server starts, which may have learned of other addresses; here there is no log to bury the message.
        if (host.Services.GetService<IServer>() is { } server)
            Binding.Check(server.Features, builder.Configuration, access.Keys);
        return host;
    }

    private static (OrchestraConfig Config, ConfigOrigin Origin) LoadConfig(IConfiguration configuration)
    {
        string? named = configuration["ORCHESTRA_CONFIG"];
        string file = Path.GetFullPath(string.IsNullOrEmpty(named) ? Path.Combine(AppContext.BaseDirectory, "config", "orchestra.yml") : named);
        (OrchestraConfig config, IReadOnlyDictionary<string, int> lines) = ConfigLoader.Load(file);
        var settings = new Dictionary<string, string>();
        if (configuration["CLIENT_MODE"] is { Length: > 0 } mode)
        {
            config.Client.DefaultMode = ClientModes.IsKnown(mode)
                ? mode
                : throw new ConfigException("CLIENT_MODE", [new ConfigProblem(1, "", $"'{mode}' is not a client mode. Known: {string.Join(", ", ClientModes.All)}.")]);
            settings["client.default_mode"] = "CLIENT_MODE";
        }

        return (config, new ConfigOrigin(file, lines, settings));
    }
}
