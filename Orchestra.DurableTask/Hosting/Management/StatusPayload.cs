using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Hosting;

/// <summary>An instance's state as the management API shows it: payloads are JSON inside JSON, not strings.</summary>
internal static class StatusPayload
{
    public static JsonObject Of(OrchestrationMetadata instance, bool showInput, JsonArray? history = null)
    {
        var payload = new JsonObject
        {
            ["name"] = instance.Name,
            ["instanceId"] = instance.InstanceId,
            ["runtimeStatus"] = instance.RuntimeStatus.ToString(),
            ["input"] = showInput ? Json(instance.SerializedInput) : null,
            ["customStatus"] = Json(instance.SerializedCustomStatus),
            ["output"] = Output(instance),
            ["createdTime"] = Time(instance.CreatedAt),
            ["lastUpdatedTime"] = Time(instance.LastUpdatedAt),
        };
        if (history is not null)
            payload["historyEvents"] = history;
        return payload;
    }

    public static JsonNode? Output(OrchestrationMetadata instance) =>
        Json(instance.SerializedOutput) ?? (instance.FailureDetails is { } failure ? JsonValue.Create(failure.ErrorMessage) : null);

    public static JsonNode? Json(string? text)
    {
        if (text is null)
            return null;
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
