using System.Text;
using System.Text.Json;

namespace Orchestra.DurableTask.Journal;

/// <summary>A history on its own: JSON with one event in each line, so that two of them can be compared.</summary>
internal sealed record HistoryFile(string Instance, List<JournalEvent> Events)
{
    public string ToJson()
    {
        var text = new StringBuilder("{\"Instance\":").Append(JsonSerializer.Serialize(Instance, JournalJson.Readable.String)).Append(",\"Events\":[");
        for (int i = 0; i < Events.Count; i++)
            text.Append(i == 0 ? "\n" : ",\n").Append(JsonSerializer.Serialize(Events[i], JournalJson.Readable.JournalEvent));
        return text.Append("\n]}\n").ToString();
    }

    public static HistoryFile Parse(string json)
        => JsonSerializer.Deserialize(json, JournalJson.Readable.HistoryFile) is { Instance: not null, Events: not null } file
            ? file
            : throw new InvalidDataException("This is not a recorded history.");
}
