using System.Net;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Hosting;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Answers that tell a caller how to follow an orchestration.</summary>
public static class DurableTaskClientExtensions
{
    public static Task<HttpResponseData> CreateCheckStatusResponseAsync(this DurableTaskClient client, HttpRequestData request, string instanceId, CancellationToken cancellation = default) =>
        client.CreateCheckStatusResponseAsync(request, instanceId, HttpStatusCode.Accepted, cancellation);

    public static async Task<HttpResponseData> CreateCheckStatusResponseAsync(this DurableTaskClient client, HttpRequestData request, string instanceId, HttpStatusCode statusCode, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(request);
        HttpManagementPayload payload = client.CreateHttpManagementPayload(instanceId, request);
        HttpResponseData response = request.CreateResponse(statusCode);
        await response.WriteAsJsonAsync(payload, "application/json", cancellation);
        response.Headers.Add("Location", payload.StatusQueryGetUri);
        return response;
    }

    public static HttpResponseData CreateCheckStatusResponse(this DurableTaskClient client, HttpRequestData request, string instanceId, CancellationToken cancellation = default) =>
        client.CreateCheckStatusResponse(request, instanceId, HttpStatusCode.Accepted, cancellation);

    public static HttpResponseData CreateCheckStatusResponse(this DurableTaskClient client, HttpRequestData request, string instanceId, HttpStatusCode statusCode, CancellationToken cancellation = default) =>
        client.CreateCheckStatusResponseAsync(request, instanceId, statusCode, cancellation).GetAwaiter().GetResult();

    public static HttpManagementPayload CreateHttpManagementPayload(this DurableTaskClient client, string instanceId, HttpRequestData? request = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ManagementAddress? address = ManagementAddress.Of(client);
        string baseUrl = request is null
            ? address?.BaseUrl ?? throw new InvalidOperationException("The management addresses need a request, or a client that was bound by [DurableClient].")
            : request.Url.GetLeftPart(UriPartial.Authority) + ManagementAddress.Path;
        var urls = new ManagementUrls(baseUrl, instanceId, address?.Query ?? string.Empty, "{{text}}");
        return new HttpManagementPayload
        {
            Id = instanceId,
            StatusQueryGetUri = urls.Status,
            SendEventPostUri = urls.RaiseEvent,
            TerminatePostUri = urls.Terminate,
            PurgeHistoryDeleteUri = urls.Status,
            SuspendPostUri = urls.Suspend,
            ResumePostUri = urls.Resume,
        };
    }
}
