using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Orchestra.DurableTask.Functions;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The context of one invocation.</summary>
internal sealed class EmbeddedFunctionContext : FunctionContext, IInvocationResultFeature
{
    private readonly Dictionary<string, object?> bindingData = new(StringComparer.OrdinalIgnoreCase);

    public EmbeddedFunctionContext(FunctionDescriptor function, InvocationInput input, IServiceProvider services, CancellationToken cancellation)
    {
        Function = function;
        Input = input;
        InstanceServices = services;
        CancellationToken = cancellation;
        Features.Set(this);
        Features.Set<IInvocationResultFeature>(this);
        if (input.Http is { } http)
        {
            Items[FunctionContextExtensions.HttpContextKey] = http;
            Features.Set<IHttpRequestDataFeature>(new EmbeddedHttpRequestDataFeature(http));
            foreach ((string key, object? value) in http.Request.RouteValues)
                bindingData[key] = value;
        }

        if (input.InstanceId is { } instanceId)
            bindingData["instanceId"] = instanceId;
        BindingContext = new Bindings(bindingData);
        RetryContext = new Retries(input);
    }

    public FunctionDescriptor Function { get; }

    public InvocationInput Input { get; }

    /// <summary>What the function returned, or what middleware put in its place.</summary>
    public object? Result { get; set; }

    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => Function.Definition.Id;

    public override TraceContext TraceContext { get; } = new Traces();

    public override BindingContext BindingContext { get; }

    public override RetryContext RetryContext { get; }

    public override IServiceProvider InstanceServices { get; set; }

    public override FunctionDefinition FunctionDefinition => Function.Definition;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override IInvocationFeatures Features { get; } = new InvocationFeatures();

    public override CancellationToken CancellationToken { get; }

    /// <summary>The context behind one that middleware may have wrapped.</summary>
    public static EmbeddedFunctionContext? Of(FunctionContext context) =>
        context as EmbeddedFunctionContext ?? context.Features.Get<EmbeddedFunctionContext>();

    private sealed class Bindings(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => data;
    }

    private sealed class Retries(InvocationInput input) : RetryContext
    {
        public override int RetryCount => input.RetryCount;

        public override int MaxRetryCount => input.MaxRetryCount;
    }

    private sealed class Traces : TraceContext
    {
        private readonly Activity? activity = Activity.Current;

        public override string TraceParent => activity?.Id ?? string.Empty;

        public override string TraceState => activity?.TraceStateString ?? string.Empty;
    }
}
