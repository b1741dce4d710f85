using System.Text.Json;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Telemetry;

/// <summary>
/// A project's way as spans: the project, its phases, and in them agents, merges, gates and decisions. It follows from the events alone, so that
/// whoever reads them again, in another process too, gets the same spans under the same keys. A retry is a second span of the project.
/// </summary>
internal sealed class ProjectTrace
{
    private readonly Dictionary<string, Open> inPhase = new(StringComparer.Ordinal);
    private Open? project;
    private Open? phase;

    /// <returns>What has ended with this event.</returns>
    public IEnumerable<ProjectSpan> Take(LoggedEvent logged)
    {
        NewEvent e = logged.Event;
        if (e.Name is EventNames.ProjectStarted or EventNames.PhaseChange)
            project ??= new Open($"project/{logged.Seq}", null, $"project {Text(e, "project_name")}".Trim(), e.At);
        switch (e.Name)
        {
            case EventNames.PhaseChange:
                return Enter(logged, Text(e, "phase") ?? "");
            case EventNames.AgentLaunched:
                return Begin(logged, $"agent/{e.SessionId}", $"agent {Text(e, "team_name")}", Tag("orchestra.session.id", e.SessionId));
            case EventNames.AgentCompleted:
                string status = Text(e, "status") ?? "";
                return End($"agent/{e.SessionId}", e.At, status is "completed" or "no_change" ? null : Text(e, "error") ?? status, Tag("orchestra.agent.status", status));
            case EventNames.MergeStarted:
                return Begin(logged, $"merge/{e.SessionId}", "merge", Tag("orchestra.session.id", e.SessionId));
            case EventNames.MergeCompleted:
                return End($"merge/{e.SessionId}", e.At, null, Tag("orchestra.merge.result", Text(e, "merge_result")), Tag("orchestra.commit", Text(e, "commit")));
            case "build_started" or "test_started":
                return Begin(logged, Kind(e.Name), Kind(e.Name));
            case "build_result" or "test_result":
                return EndGate(logged, Kind(e.Name));
            case EventNames.DecisionRequired:
                return Begin(logged, $"decision/{Text(e, "decision_id")}", $"decision {Text(e, "decision_type")}", Tag("orchestra.decision.id", Text(e, "decision_id")));
            case EventNames.DecisionResolved:
                return End($"decision/{Text(e, "decision_id")}", e.At, null, Tag("orchestra.decision.answer", Text(e, "action")));
            case EventNames.ProjectCompleted or EventNames.ProjectFailed or EventNames.ProjectCancelled:
                return EndProject(e);
            default:
                return [];
        }
    }

    private IEnumerable<ProjectSpan> Enter(LoggedEvent logged, string name)
    {
        List<ProjectSpan> ended = [.. EndPhase(logged.Event.At)];
        if (!Phases.IsFinal(name))
            phase = new Open($"phase/{logged.Seq}", project!.Key, name, logged.Event.At);
        return ended;
    }

    private IEnumerable<ProjectSpan> EndPhase(DateTime at)
    {
        if (phase is null)
            yield break;
        // A merge counts only when the gates have passed, but it is made in the phase of merging.
        foreach (Open merge in inPhase.Values.Where(o => o.Key.StartsWith("merge/", StringComparison.Ordinal)))
            merge.Left ??= at;
        yield return phase.End(at, null);
        phase = null;
    }

    private IEnumerable<ProjectSpan> Begin(LoggedEvent logged, string what, string name, params KeyValuePair<string, object?>[] tags)
    {
        // What is made in one step is told with its end; it began with its phase.
        DateTime from = name == "merge" && phase is not null ? phase.From : logged.Event.At;
        var open = new Open($"{what}/{logged.Seq}", (phase ?? project)?.Key, name, from);
        open.Tags.AddRange(tags);
        inPhase[what] = open;
        return [];
    }

    private IEnumerable<ProjectSpan> End(string what, DateTime at, string? error, params KeyValuePair<string, object?>[] tags)
    {
        if (!inPhase.Remove(what, out Open? open))
            return [];
        open.Tags.AddRange(tags);
        return [open.End(open.Left ?? at, error)];
    }

    private IEnumerable<ProjectSpan> EndGate(LoggedEvent logged, string kind)
    {
        NewEvent e = logged.Event;
        bool passed = e.Data.TryGetProperty("success", out JsonElement success) && success.ValueKind == JsonValueKind.True;
        return End(kind, e.At, passed ? null : $"The {kind} failed.", Tag("orchestra.commit", Text(e, "commit")), Tag("orchestra.gate.attempt", Text(e, "attempt")));
    }

    private IEnumerable<ProjectSpan> EndProject(NewEvent e)
    {
        List<ProjectSpan> ended = [.. EndPhase(e.At)];
        ended.AddRange(inPhase.Values.Select(o => o.End(e.At, "It was broken off.")));
        inPhase.Clear();
        if (project is not null)
            ended.Add(project.End(e.At, e.Name == EventNames.ProjectFailed ? Text(e, "reason") ?? "failed" : null, Tag("orchestra.project.outcome", e.Name)));
        project = null;
        return ended;
    }

    private static KeyValuePair<string, object?> Tag(string name, string? value) => new(name, value);

    private static string Kind(string name) => name[..name.IndexOf('_', StringComparison.Ordinal)];

    private static string? Text(NewEvent e, string key) =>
        e.Data.TryGetProperty(key, out JsonElement value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()
            : null;

    private sealed class Open(string key, string? parent, string name, DateTime from)
    {
        public string Key => key;

        public DateTime From => from;

        public List<KeyValuePair<string, object?>> Tags { get; } = [];

        /// <summary>When its phase was left.</summary>
        public DateTime? Left { get; set; }

        public ProjectSpan End(DateTime until, string? error, params KeyValuePair<string, object?>[] tags) =>
            new(key, parent, name, from, until < from ? from : until, error, [.. Tags, .. tags]);
    }
}
