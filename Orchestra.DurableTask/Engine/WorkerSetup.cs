using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Orchestra.DurableTask.Engine;

/// <summary>What a worker lends the engine to run code with.</summary>
internal sealed record WorkerSetup(ITaskFactory Tasks, IServiceProvider Services, DurableTaskWorkerOptions Options)
{
    public ILoggerFactory Loggers { get; } = Services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

    public IExceptionPropertiesProvider? ExceptionProperties { get; } = Services.GetService<IExceptionPropertiesProvider>();

    /// <summary>Instances of this version are left to other workers.</summary>
    public bool Rejects(string version) => Options.Versioning is { FailureStrategy: DurableTaskWorkerOptions.VersionFailureStrategy.Reject } versioning
        && !VersionRules.Fits(versioning, version);

    public IDictionary<string, object?>? PropertiesOf(Exception exception) => ExceptionProperties?.GetExceptionProperties(exception);
}
