using System.Text.Json;
using Orchestra.Client;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;
using Orchestra.Dashboard.Components;

namespace Orchestra.Dashboard.Projects;

/// <summary>A project's events as bars: phases, agents and those that mend, merges, builds and tests, and how long people were waited for. What was done again has a bar of its own.</summary>
public static class ProjectTimeline
{
    /// <param name="nameOf">A session's title by its id.</param>
    /// <param name="fixAgents">Those that mended or resolved; the project's events tell of them by what came of it only.</param>
    public static IReadOnlyList<TimelineRow> Of(IEnumerable<EventView> events, Func<string, string> nameOf, IEnumerable<SessionView> fixAgents) =>
        [.. Of(events, nameOf).Concat(fixAgents.Where(a => a.StartedAt is not null).Select(RowOf)).OrderBy(row => row.Start)];

    private static TimelineRow RowOf(SessionView agent) =>
        new(agent.Title, agent.FixKind == FixKinds.Resolve ? "resolves" : "mends", agent.StartedAt!.Value, agent.IsRunning ? null : agent.CompletedAt ?? agent.StartedAt, StateOf(agent.Status));

    private static string StateOf(string? status) => status switch
    {
        "pending" or "running" => "running",
        "completed" or "no_change" => "completed",
        "cancelled" => "cancelled",
        _ => "failed",
    };

    private static List<TimelineRow> Of(IEnumerable<EventView> events, Func<string, string> nameOf)
    {
        var rows = new List<TimelineRow>();
        var open = new Dictionary<string, int>(StringComparer.Ordinal);
        var times = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (EventView e in events)
        {
            switch (e.Event)
            {
                case EventNames.PhaseChange when e.Text("phase") is { } phase:
                    End("phase", e.At, "completed");
                    if (Phases.IsFinal(phase))
                        CloseAll(e.At, phase);
                    else
                        Begin("phase", phase, "phase", e.At);
                    break;
                case EventNames.AgentLaunched when e.SessionId is { } id:
                    Begin("agent/" + id, nameOf(id), Again("agent/" + id, "agent"), e.At);
                    break;
                case EventNames.AgentWaiting when e.SessionId is { } id:
                    Begin("agent/" + id, nameOf(id), $"waits, {KindOf(e)}", e.At, "pending");
                    break;
                case EventNames.AgentResumed when e.SessionId is { } id:
                    Begin("agent/" + id, nameOf(id), $"{Again("agent/" + id, "agent")}, {e.Text("how")?.Replace('_', ' ')}", e.At);
                    break;
                case EventNames.AgentCompleted when e.SessionId is { } id:
                    End("agent/" + id, e.At, StateOf(e.Text("status")));
                    break;
                case EventNames.MergeStarted when SessionOf(e) is { } id:
                    Begin("merge/" + id, nameOf(id), Again("merge/" + id, "merge"), e.At);
                    break;
                case EventNames.MergeCompleted or EventNames.MergeSkipped when SessionOf(e) is { } id:
                    End("merge/" + id, e.At, e.Truth("skipped") || e.Event == EventNames.MergeSkipped ? "cancelled" : "completed");
                    break;
                case "build_started" or "test_started":
                    string kind = e.Event[..^"_started".Length];
                    Begin(kind, e.Text("commit") is { } commit ? commit[..Math.Min(10, commit.Length)] : "", e.Number("attempt") is > 1 and { } n ? $"{kind}, attempt {n}" : kind, e.At);
                    break;
                case "build_result" or "test_result":
                    End(e.Event[..^"_result".Length], e.At, e.Truth("success") ? "completed" : "failed");
                    break;
                case EventNames.DecisionRequired when e.Text("decision_id") is { } id:
                    Begin("wait/" + id, (e.Text("decision_type") ?? "").Replace('_', ' '), "waits for a person", e.At);
                    break;
                case EventNames.DecisionResolved when e.Text("decision_id") is { } id:
                    End("wait/" + id, e.At, "completed");
                    break;
            }
        }

        return rows;

        void Begin(string key, string label, string what, DateTime at, string state = "running")
        {
            if (open.TryGetValue(key, out int former))
                End(key, at, rows[former].State == "pending" ? "pending" : "cancelled");
            open[key] = rows.Count;
            rows.Add(new TimelineRow(label, what, at, null, state));
        }

        void End(string key, DateTime at, string state)
        {
            if (open.Remove(key, out int row))
                rows[row] = rows[row] with { End = at, State = state };
        }

        void CloseAll(DateTime at, string phase)
        {
            foreach (string key in open.Keys.ToList())
                End(key, at, phase == Phases.Completed ? "completed" : phase == Phases.Failed ? "failed" : "cancelled");
        }

        string Again(string key, string what) => (times[key] = times.GetValueOrDefault(key) + 1) is > 1 and { } n ? $"{what}, run {n}" : what;
    }

    private static string KindOf(EventView e) =>
        e.More.TryGetValue("waiting_for", out JsonElement wait) && wait.ValueKind == JsonValueKind.Object && wait.TryGetProperty("kind", out JsonElement kind) ? kind.GetString() ?? "" : "";

    private static string? SessionOf(EventView e) => e.SessionId ?? e.Text("session_id");
}
