using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestra.Client;

/// <summary>A part of the event log: <c>GET /api/events</c>.</summary>
/// <param name="Next">The number behind which to go on.</param>
/// <param name="Head">The last number that there is.</param>
public sealed record EventPage(IReadOnlyList<EventView> Events, long Next, long Head);

/// <summary>Something that happened.</summary>
/// <param name="Event">Its name; null for types that have none.</param>
public sealed record EventView(string Type, long Seq, DateTime At, string? Event = null, string? ProjectId = null, string? SessionId = null)
{
    /// <summary>What an event of this name has besides.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> More { get; init; } = [];

    public string? Text(string key) => More.TryGetValue(key, out JsonElement e) && e.ValueKind == JsonValueKind.String ? e.GetString() : null;

    public int? Number(string key) => More.TryGetValue(key, out JsonElement e) && e.TryGetInt32(out int number) ? number : null;

    public bool Truth(string key) => More.TryGetValue(key, out JsonElement e) && e.ValueKind == JsonValueKind.True;
}
