using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestra.Core.Events;

/// <summary>Something that a person could want to see, before it has its place in the log.</summary>
/// <param name="Key">The same whenever the step that makes it runs again; the log takes each key once.</param>
/// <param name="Channel">One of <see cref="EventChannels"/>.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Name">One of <see cref="EventNames"/>; null for types that have none.</param>
/// <param name="Data">Further keys of the message.</param>
public sealed record NewEvent(
    string Key, string Channel, string Type, string? Name, string? ProjectId, string? SessionId, DateTime At, JsonElement Data)
{
    public static NewEvent Of(
        string key, string channel, string type, string? name, string? projectId, string? sessionId, DateTime at, object? data = null) =>
        new(key, channel, type, name, projectId, sessionId, at, JsonSerializer.SerializeToElement(data ?? new { }, Json.Options));
}

/// <summary>An event in the log.</summary>
/// <param name="Seq">Rises by one with every event of this installation.</param>
public sealed record LoggedEvent(long Seq, NewEvent Event)
{
    /// <summary>The message as clients get it: the event's own keys and its data side by side.</summary>
    public JsonObject ToWire()
    {
        var wire = new JsonObject { ["type"] = Event.Type, ["seq"] = Seq, ["at"] = JsonSerializer.SerializeToNode(Event.At, Json.Options) };
        Add(wire, "project_id", Event.ProjectId);
        Add(wire, "session_id", Event.SessionId);
        Add(wire, "event", Event.Name);
        foreach (JsonProperty property in Event.Data.EnumerateObject())
            wire[property.Name] = JsonSerializer.SerializeToNode(property.Value, Json.Options);
        return wire;
    }

    private static void Add(JsonObject wire, string key, string? value)
    {
        if (value is not null)
            wire[key] = value;
    }
}
