using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Orchestra.DurableTask.Functions;

namespace Microsoft.Azure.Functions.Worker
{
    /// <summary>The management addresses of an instance.</summary>
    public class HttpManagementPayload
    {
        public string? Id { get; internal set; }

        public string? StatusQueryGetUri { get; internal set; }

        public string? SendEventPostUri { get; internal set; }

        public string? TerminatePostUri { get; internal set; }

        public string? RewindPostUri { get; internal set; }

        public string? PurgeHistoryDeleteUri { get; internal set; }

        public string? RestartPostUri { get; internal set; }

        public string? SuspendPostUri { get; internal set; }

        public string? ResumePostUri { get; internal set; }
    }
}

namespace Microsoft.Azure.Functions.Worker.Extensions.DurableTask
{
    /// <summary>The extension's start-up; the embedded host brings the engine itself, so there is nothing to add.</summary>
    public sealed class DurableTaskExtensionStartup : WorkerExtensionStartup
    {
        public override void Configure(IFunctionsWorkerApplicationBuilder applicationBuilder)
            => ArgumentNullException.ThrowIfNull(applicationBuilder);
    }
}

namespace Microsoft.DurableTask
{
    /// <summary>Durable HTTP calls from orchestrators.</summary>
    public static class TaskOrchestrationContextExtensionMethods
    {
        public static Task<DurableHttpResponse> CallHttpAsync(this TaskOrchestrationContext context, DurableHttpRequest request)
        {
            ArgumentNullException.ThrowIfNull(context);
            ArgumentNullException.ThrowIfNull(request);
            return new DurableHttpCall(context, request).RunAsync();
        }

        public static Task<DurableHttpResponse> CallHttpAsync(this TaskOrchestrationContext context, HttpMethod method, Uri uri, string? content = null, HttpRetryOptions? retryOptions = null)
            => context.CallHttpAsync(new DurableHttpRequest(method, uri) { Content = content, HttpRetryOptions = retryOptions });
    }
}
