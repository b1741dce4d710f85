using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Orchestra.Client;

/// <summary>The durable runtime's HTTP management API, the same under the embedded and the genuine host. It needs a key of role admin, where keys are asked for.</summary>
public sealed class WorkflowClient
{
    private const string Root = "runtime/webhooks/durabletask/instances";
    private const string ContinuationHeader = "x-ms-continuation-token";
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    // Of many instances.
    private static readonly TimeSpan PurgePatience = TimeSpan.FromMinutes(10);
    private readonly OrchestraClient client;

    internal WorkflowClient(OrchestraClient client) => this.client = client;

    /// <param name="continuation">Of the page before; null for the first.</param>
    public Task<WorkflowPage> ListAsync(WorkflowQuery query, string? continuation, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Root + QueryOf(query));
        if (continuation is not null)
            request.Headers.Add(ContinuationHeader, continuation);
        return client.ExchangeAsync(
            request,
            async (response, limit) =>
            {
                await CheckAsync(response, null, "list", limit);
                IReadOnlyList<WorkflowInstance>? instances = await response.Content.ReadFromJsonAsync<IReadOnlyList<WorkflowInstance>>(Options, limit);
                string? next = response.Headers.TryGetValues(ContinuationHeader, out IEnumerable<string>? tokens) ? tokens.FirstOrDefault() : null;
                return new WorkflowPage(instances ?? [], string.IsNullOrEmpty(next) ? null : next);
            },
            cancellationToken);
    }

    /// <param name="history">Whether its events come too, with what went in and came out.</param>
    public Task<WorkflowInstance> GetAsync(string instanceId, bool history, CancellationToken cancellationToken) =>
        SendAsync<WorkflowInstance>(
            HttpMethod.Get, instanceId, "show", history ? "?showHistory=true&showHistoryOutput=true" : "?showInput=false", null, cancellationToken);

    /// <param name="json">What the event carries; empty for nothing.</param>
    public Task RaiseAsync(string instanceId, string name, string json, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Post, instanceId, "raise", $"/raiseEvent/{Uri.EscapeDataString(name)}", json, cancellationToken);

    public Task TerminateAsync(string instanceId, string reason, CancellationToken cancellationToken) => TellAsync(instanceId, "terminate", reason, cancellationToken);

    public Task SuspendAsync(string instanceId, string reason, CancellationToken cancellationToken) => TellAsync(instanceId, "suspend", reason, cancellationToken);

    public Task ResumeAsync(string instanceId, string reason, CancellationToken cancellationToken) => TellAsync(instanceId, "resume", reason, cancellationToken);

    public Task RewindAsync(string instanceId, string reason, CancellationToken cancellationToken) => TellAsync(instanceId, "rewind", reason, cancellationToken);

    /// <returns>The id of the instance that started.</returns>
    public async Task<string> RestartAsync(string instanceId, bool newId, CancellationToken cancellationToken)
    {
        JsonElement answer = await SendAsync<JsonElement>(
            HttpMethod.Post, instanceId, "restart", $"/restart?restartWithNewInstanceId={(newId ? "true" : "false")}", null, cancellationToken);
        return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("id", out JsonElement id) && id.GetString() is { } text ? text : instanceId;
    }

    public Task PurgeAsync(string instanceId, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Delete, instanceId, "purge", "", null, cancellationToken);

    /// <summary>Deletes all ended instances of these states that were created in this time.</summary>
    /// <param name="query">Its prefix does not count: the API purges by status and time alone.</param>
    /// <returns>How many.</returns>
    public Task<int> PurgeAllAsync(WorkflowQuery query, CancellationToken cancellationToken)
    {
        // The API wants to be told from when on.
        WorkflowQuery purged = query with { IdPrefix = null, From = query.From ?? DateTime.UnixEpoch };
        return client.ExchangeAsync(
            new HttpRequestMessage(HttpMethod.Delete, $"{Root}?{string.Join('&', Filters(purged))}"),
            async (response, limit) =>
            {
                // Which is how it says that there was none.
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return 0;
                await CheckAsync(response, null, "purge", limit);
                return (await response.Content.ReadFromJsonAsync<JsonElement>(Options, limit)).GetProperty("instancesDeleted").GetInt32();
            },
            cancellationToken,
            PurgePatience);
    }

    private Task TellAsync(string instanceId, string command, string reason, CancellationToken cancellationToken) =>
        SendAsync<JsonElement>(HttpMethod.Post, instanceId, command, $"/{command}?reason={Uri.EscapeDataString(reason)}", null, cancellationToken);

    private Task<T> SendAsync<T>(HttpMethod method, string instanceId, string command, string rest, string? json, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, $"{Root}/{Uri.EscapeDataString(instanceId)}{rest}");
        if (json is not null)
            request.Content = new StringContent(json, new MediaTypeHeaderValue("application/json"));
        return client.ExchangeAsync(
            request,
            async (response, limit) =>
            {
                await CheckAsync(response, instanceId, command, limit);
                string text = await response.Content.ReadAsStringAsync(limit);
                return text.Length == 0 ? default! : JsonSerializer.Deserialize<T>(text, Options)!;
            },
            cancellationToken);
    }

    // The genuine host does not know newestFirst and lists in its own order.
    private static string QueryOf(WorkflowQuery query) =>
        string.Join('&', [string.Create(CultureInfo.InvariantCulture, $"?showInput=false&newestFirst=true&top={query.Top}"), .. Filters(query)]);

    private static IEnumerable<string> Filters(WorkflowQuery query)
    {
        if (query.Statuses is { Count: > 0 } statuses)
            yield return $"runtimeStatus={string.Join(',', statuses.Select(Uri.EscapeDataString))}";
        if (query.IdPrefix is { Length: > 0 } prefix)
            yield return $"instanceIdPrefix={Uri.EscapeDataString(prefix)}";
        if (query.From is { } from)
            yield return $"createdTimeFrom={Time(from)}";
        if (query.To is { } to)
            yield return $"createdTimeTo={Time(to)}";
    }

    private static string Time(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Most refusals are a bare status: what it means depends on what was asked for.</summary>
    private async Task CheckAsync(HttpResponseMessage response, string? instanceId, string command, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return;
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        throw response.StatusCode switch
        {
            HttpStatusCode.NotFound when instanceId is null => new NotFoundError("The host behind the API serves no workflows; is it an Orchestra host with its management API on?"),
            HttpStatusCode.NotFound => new NotFoundError($"There is no instance {instanceId}; it may have been purged."),
            HttpStatusCode.Gone => new ConflictError($"{instanceId} has ended, so that it cannot be told to {command} any more."),
            HttpStatusCode.PreconditionFailed when command == "rewind" => new ConflictError($"{instanceId} has not failed; only a failed instance can be rewound."),
            HttpStatusCode.PreconditionFailed => new ConflictError($"{instanceId} still runs; terminate it first, or wait for its end."),
            HttpStatusCode.NotImplemented => new ApiError($"The host behind the API cannot {command}."),
            HttpStatusCode.Unauthorized => client.KeyRefused(Said(text)),
            _ => new ApiError(Said(text) ?? $"The host answered {(int)response.StatusCode} {response.ReasonPhrase}."),
        };
    }

    private static string? Said(string text)
    {
        try
        {
            JsonElement body = JsonSerializer.Deserialize<JsonElement>(text);
            if (body.ValueKind != JsonValueKind.Object)
                return null;
            // The runtime's own form, then the one of our refusals.
            foreach (string name in new[] { "ExceptionMessage", "Message", "detail" })
            {
                if (body.TryGetProperty(name, out JsonElement said) && said.ValueKind == JsonValueKind.String && said.GetString() is { Length: > 0 } message)
                    return message;
            }
        }
        catch (JsonException)
        {
            // A proxy's page, or nothing: the status has to do.
        }

        return null;
    }
}
