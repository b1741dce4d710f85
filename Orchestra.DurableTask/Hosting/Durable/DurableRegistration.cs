using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestra.DurableTask.Functions;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Gives the engine the app's orchestrators and activities and the settings of the functions host.</summary>
internal static class DurableRegistration
{
    // The limit is each request's own.
    private static readonly HttpClient Http = new() { Timeout = Timeout.InfiniteTimeSpan };

    public static void AddTo(IServiceCollection services)
    {
        services.AddDurableTaskWorker(builder => builder.UseEmbedded());
        services.AddDurableTaskClient(builder => builder.UseEmbedded());
        services.AddOptions<EmbeddedOptions>().Configure<DataFolder, HostJson>((options, data, host) =>
        {
            options.Path = data.TaskHub;
            options.ReplaceUnfinished = host.ReplaceUnfinished;
        });
        services.AddOptions<DurableTaskRegistry>().Configure<IServiceProvider>(Register);
        services.AddOptions<DurableTaskWorkerOptions>().Configure<HostJson, IOptions<WorkerOptions>>((options, host, worker) =>
        {
            options.Concurrency.MaximumConcurrentActivityWorkItems = host.MaxConcurrentActivities;
            options.Concurrency.MaximumConcurrentOrchestrationWorkItems = host.MaxConcurrentOrchestrators;
            options.DataConverter = ConverterOf(worker.Value);
            if (host.DefaultVersion is { } version)
                options.Versioning = new() { Version = version, DefaultVersion = version, MatchStrategy = host.VersionMatch, FailureStrategy = host.VersionFailure };
        });
        services.AddOptions<DurableTaskClientOptions>().Configure<HostJson, IOptions<WorkerOptions>>((options, host, worker) =>
        {
            options.DataConverter = ConverterOf(worker.Value);
            if (host.DefaultVersion is { } version)
                options.DefaultVersion = version;
        });
    }

    private static SerializerDataConverter ConverterOf(WorkerOptions options) =>
        new(options.Serializer ?? throw new InvalidOperationException("WorkerOptions.Serializer must not be null."));

    private static void Register(DurableTaskRegistry registry, IServiceProvider services)
    {
        var catalog = services.GetRequiredService<FunctionCatalog>();
        var runner = services.GetRequiredService<FunctionRunner>();
        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        registry.AddActivity(new TaskName(DurableHttpCall.ActivityName), new HttpActivity(Http));
        foreach (FunctionDescriptor function in catalog.Of(TriggerKind.Orchestration))
            registry.AddOrchestrator(new TaskName(function.TaskName), () => new FunctionOrchestrator(function, runner, scopes));
        foreach (FunctionDescriptor function in catalog.Of(TriggerKind.Activity))
            registry.AddActivity(new TaskName(function.TaskName), invocation => new FunctionActivity(function, runner, invocation));
        foreach (ClassTask task in catalog.ClassTasks)
        {
            if (task.Kind == TriggerKind.Orchestration)
                registry.AddOrchestrator(new TaskName(task.Name), task.Type);
            else
                registry.AddActivity(new TaskName(task.Name), task.Type);
        }
    }
}
