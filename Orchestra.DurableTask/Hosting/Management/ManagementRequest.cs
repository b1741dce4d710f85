using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Hosting;

/// <summary>One request to the management API: its parameters in, its answer out.</summary>
internal sealed class ManagementRequest(HttpContext http, DurableTaskClient client, string keyQuery)
{
    public HttpContext Http => http;

    public DurableTaskClient Client => client;

    public CancellationToken Cancellation => http.RequestAborted;

    public string InstanceId => Route("instanceId") ?? string.Empty;

    public string? Route(string name) => http.Request.RouteValues[name] as string;

    public string? Query(string name) => http.Request.Query[name].FirstOrDefault() is { Length: > 0 } value ? value : null;

    public bool Flag(string name, bool otherwise) => Query(name) is { } text
        ? bool.TryParse(text, out bool value) ? value : throw new ArgumentException($"'{name}' must be true or false.")
        : otherwise;

    public DateTimeOffset? Time(string name) => Query(name) is { } text
        ? DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset value)
            ? value
            : throw new ArgumentException($"'{name}' must be a date and time.")
        : null;

    public TimeSpan? Seconds(string name) => Query(name) is { } text
        ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 86400
            ? TimeSpan.FromSeconds(value)
            : throw new ArgumentException($"'{name}' must be a number of seconds, at most a day.")
        : null;

    /// <summary>Repeated or comma-separated names; unknown ones are ignored, as the genuine API does.</summary>
    public IReadOnlyList<OrchestrationRuntimeStatus>? Statuses()
    {
        string[] names = [.. http.Request.Query["runtimeStatus"].SelectMany(v => (v ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        return names.Length == 0 ? null : [.. Enum.GetValues<OrchestrationRuntimeStatus>().Where(s => names.Contains(s.ToString(), StringComparer.Ordinal))];
    }

    /// <summary>The JSON body; null when there is none.</summary>
    public async Task<object?> BodyAsync()
    {
        using var reader = new StreamReader(http.Request.Body, leaveOpen: true);
        string text = await reader.ReadToEndAsync(Cancellation);
        if (string.IsNullOrWhiteSpace(text))
            return null;
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"The body is not valid JSON: {e.Message}", e);
        }
    }

    public void Answer(int status) => http.Response.StatusCode = status;

    public async Task AnswerAsync(int status, JsonNode? body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.WriteAsync(body?.ToJsonString() ?? "null", Cancellation);
    }

    public Task AnswerCheckStatusAsync(string instanceId)
    {
        string baseUrl = $"{http.Request.Scheme}://{http.Request.Host}{ManagementAddress.Path}";
        var urls = new ManagementUrls(baseUrl, instanceId, keyQuery, "{text}");
        http.Response.Headers.Location = urls.Status;
        http.Response.Headers.RetryAfter = "10";
        return AnswerAsync(StatusCodes.Status202Accepted, new JsonObject
        {
            ["id"] = instanceId,
            ["statusQueryGetUri"] = urls.Status,
            ["sendEventPostUri"] = urls.RaiseEvent,
            ["terminatePostUri"] = urls.Terminate,
            ["purgeHistoryDeleteUri"] = urls.Status,
            ["restartPostUri"] = urls.Restart,
            ["suspendPostUri"] = urls.Suspend,
            ["resumePostUri"] = urls.Resume,
        });
    }
}
