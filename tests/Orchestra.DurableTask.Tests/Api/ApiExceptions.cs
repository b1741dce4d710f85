namespace Orchestra.DurableTask.Tests.Api;

/// <summary>Where our surface differs from the list, and why.</summary>
internal static class ApiExceptions
{
    private const string History = "Genuine, of DurableTask.Core, which the list does not cover; GetOrchestrationHistoryAsync returns it.";
    private const string CoreException = "Genuine, of DurableTask.Core, which the list does not cover; a refused start throws it.";
    private const string Base = "Genuine; the list names it as a base or a constraint without describing it.";
    private const string Builder = "Genuine; the list has only the interface that it implements.";
    private const string Entities = "Entities are out of scope.";
    private const string Filters = "Obsolete in the genuine package, and its types are not in the list.";
    private const string Sharing = "Shares one remote scheduler among unlike workers; the embedded engine has no such scheduler.";
    private const string Bindings = "Serves bindings other than HTTP, timer and durable, which the embedded host does not have.";

    /// <summary>Types of ours that the list does not have.</summary>
    public static readonly Dictionary<string, string> NotListed = new(StringComparer.Ordinal)
    {
        ["DurableTask.Core.OrchestrationInstance"] = History,
        ["DurableTask.Core.ParentInstance"] = History,
        ["DurableTask.Core.OrchestrationStatus"] = History,
        ["DurableTask.Core.FailureDetails"] = History,
        ["DurableTask.Core.History.HistoryEvent"] = History,
        ["DurableTask.Core.History.EventType"] = History,
        ["DurableTask.Core.History.ExecutionStartedEvent"] = History,
        ["DurableTask.Core.History.ExecutionCompletedEvent"] = History,
        ["DurableTask.Core.History.ExecutionTerminatedEvent"] = History,
        ["DurableTask.Core.History.ExecutionSuspendedEvent"] = History,
        ["DurableTask.Core.History.ExecutionResumedEvent"] = History,
        ["DurableTask.Core.History.ExecutionRewoundEvent"] = History,
        ["DurableTask.Core.History.ContinueAsNewEvent"] = History,
        ["DurableTask.Core.History.TaskScheduledEvent"] = History,
        ["DurableTask.Core.History.TaskCompletedEvent"] = History,
        ["DurableTask.Core.History.TaskFailedEvent"] = History,
        ["DurableTask.Core.History.SubOrchestrationInstanceCreatedEvent"] = History,
        ["DurableTask.Core.History.SubOrchestrationInstanceCompletedEvent"] = History,
        ["DurableTask.Core.History.SubOrchestrationInstanceFailedEvent"] = History,
        ["DurableTask.Core.History.TimerCreatedEvent"] = History,
        ["DurableTask.Core.History.TimerFiredEvent"] = History,
        ["DurableTask.Core.History.EventRaisedEvent"] = History,
        ["DurableTask.Core.History.EventSentEvent"] = History,
        ["DurableTask.Core.History.OrchestratorStartedEvent"] = History,
        ["DurableTask.Core.History.OrchestratorCompletedEvent"] = History,
        ["DurableTask.Core.History.GenericEvent"] = History,
        ["DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException"] = CoreException,
        ["Microsoft.Azure.Functions.Worker.Core.WorkerExtensionStartup"] = Base,
        ["Microsoft.DurableTask.Worker.DurableTaskWorker"] = Base,
        ["Microsoft.DurableTask.Worker.IDurableTaskFactory"] = Base,
        ["Microsoft.DurableTask.Worker.DefaultDurableTaskWorkerBuilder"] = Builder,
        ["Microsoft.DurableTask.Client.DefaultDurableTaskClientBuilder"] = Builder,
    };

    /// <summary>What the list has and we do not.</summary>
    public static readonly Dictionary<string, string> LeftOut = new(StringComparer.Ordinal)
    {
        ["Microsoft.DurableTask.Client.DurableTaskClient: public virtual DurableEntityClient Entities { get; }"] = Entities,
        ["Microsoft.DurableTask.TaskOrchestrationContext: public virtual TaskOrchestrationEntityFeature Entities { get; }"] = Entities,
        ["Microsoft.DurableTask.DurableTaskRegistry: public DurableTaskRegistry AddEntity(ITaskEntity entity);"] = Entities,
        ["Microsoft.DurableTask.DurableTaskRegistry: public DurableTaskRegistry AddEntity(TaskName name, Func<IServiceProvider, ITaskEntity> factory);"] = Entities,
        ["Microsoft.DurableTask.DurableTaskRegistry: public DurableTaskRegistry AddEntity(TaskName name, ITaskEntity entity);"] = Entities,
        ["Microsoft.DurableTask.DurableTaskRegistry: public DurableTaskRegistry AddEntity(TaskName name, Type type);"] = Entities,
        ["Microsoft.DurableTask.DurableTaskRegistry: public DurableTaskRegistry AddEntity(Type type);"] = Entities,
        ["Microsoft.DurableTask.DurableTaskRegistry: public DurableTaskRegistry AddEntity<TEntity>() where TEntity : class, ITaskEntity;"] = Entities,
        ["Microsoft.DurableTask.DurableTaskRegistry: public DurableTaskRegistry AddEntity<TEntity>(TaskName name) where TEntity : class, ITaskEntity;"] = Entities,
        ["Microsoft.DurableTask.DurableTaskRegistry: public IEnumerable<KeyValuePair<TaskName, Func<IServiceProvider, ITaskEntity>>> GetEntities();"] = Entities,
        ["Microsoft.DurableTask.Worker.DurableTaskWorkerBuilderExtensions: public static IDurableTaskWorkerBuilder UseOrchestrationFilter(this IDurableTaskWorkerBuilder builder, IOrchestrationFilter filter);"] = Filters,
        ["Microsoft.DurableTask.Worker.DurableTaskWorkerBuilderExtensions: public static IDurableTaskWorkerBuilder UseOrchestrationFilter<TOrchestrationFilter>(this IDurableTaskWorkerBuilder builder) where TOrchestrationFilter : class, IOrchestrationFilter;"] = Filters,
        ["Microsoft.DurableTask.Worker.DurableTaskWorkerOptions: public IOrchestrationFilter? OrchestrationFilter { get; set; }"] = Filters,
        ["Microsoft.DurableTask.Worker.DurableTaskWorkerBuilderExtensions: public static IDurableTaskWorkerBuilder UseWorkItemFilters(this IDurableTaskWorkerBuilder builder);"] = Sharing,
        ["Microsoft.DurableTask.Worker.DurableTaskWorkerBuilderExtensions: public static IDurableTaskWorkerBuilder UseWorkItemFilters(this IDurableTaskWorkerBuilder builder, DurableTaskWorkerWorkItemFilters? workItemFilters);"] = Sharing,
        ["Microsoft.Azure.Functions.Worker.FunctionContextBindingFeatureExtensions: public static IEnumerable<OutputBindingData<T>> GetOutputBindings<T>(this FunctionContext context);"] = Bindings,
        ["Microsoft.Azure.Functions.Worker.FunctionContextBindingFeatureExtensions: public static ValueTask<InputBindingData<T>> BindInputAsync<T>(this FunctionContext context, BindingMetadata bindingMetadata);"] = Bindings,
        ["Microsoft.Azure.Functions.Worker.Extensions.Http.Converters.IFromBodyConversionFeature"] = Bindings,
    };
}
