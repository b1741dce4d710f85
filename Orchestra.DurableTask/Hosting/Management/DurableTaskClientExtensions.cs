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
        string instance = $"{baseUrl}/instances/{Uri.EscapeDataString(instanceId)}";
        string query = address?.Query is { Length: > 0 } given ? given : string.Empty;
        string first = query.Length == 0 ? string.Empty : $"?{query}";
        string more = query.Length == 0 ? string.Empty : $"&{query}";
        return new HttpManagementPayload
        {
            Id = instanceId,
            StatusQueryGetUri = instance + first,
            SendEventPostUri = $"{instance}/raiseEvent/{{eventName}}{first}",
            TerminatePostUri = $"{instance}/terminate?reason={{{{text}}}}{more}",
            PurgeHistoryDeleteUri = instance + first,
            SuspendPostUri = $"{instance}/suspend?reason={{{{text}}}}{more}",
            ResumePostUri = $"{instance}/resume?reason={{{{text}}}}{more}",
        };
    }
}
