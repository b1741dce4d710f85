using System.Text.Json;
using Orchestra.Client;
using Orchestra.Core.Events;

namespace Orchestra.Dashboard.Projects;

/// <summary>Who met whom in conflict, over all plans of a project: also what was settled since.</summary>
public sealed class ConflictMatrix
{
    private readonly Dictionary<(string, string), Meeting> meetings = [];

    public ConflictMatrix(IEnumerable<EventView> events)
    {
        foreach (EventView plan in events.Where(e => e.Event == EventNames.MergePlanned))
        {
            if (!plan.More.TryGetValue("conflicts", out JsonElement conflicts) || conflicts.ValueKind != JsonValueKind.Array)
                continue;
            foreach (JsonElement conflict in conflicts.EnumerateArray())
                Add(conflict);
        }
    }

    public bool IsEmpty => meetings.Count == 0;

    public Meeting? Between(string one, string other) => meetings.GetValueOrDefault((one, other));

    private void Add(JsonElement conflict)
    {
        string one = conflict.GetProperty("session_a").GetString() ?? "", other = conflict.GetProperty("session_b").GetString() ?? "";
        if (other.Length == 0)
            return;
        IReadOnlyList<string> files = [.. conflict.GetProperty("files").EnumerateArray().Select(f => f.GetString() ?? "")];
        int? hunks = conflict.TryGetProperty("hunks", out JsonElement h) && h.ValueKind == JsonValueKind.Number ? h.GetInt32() : null;
        meetings[(one, other)] = meetings[(other, one)] = new Meeting(files, hunks);
    }

    /// <param name="Hunks">In how many places; null when that was not counted.</param>
    public sealed record Meeting(IReadOnlyList<string> Files, int? Hunks)
    {
        /// <summary>0 to 4, for a colour.</summary>
        public int Heat => (Hunks ?? Files.Count) switch { <= 1 => 1, <= 3 => 2, <= 8 => 3, _ => 4 };
    }
}
