using System.Diagnostics.Metrics;
using System.Text.Json;
using Orchestra.Core.Events;
using Orchestra.Functions.Sockets;

namespace Orchestra.Functions.Telemetry;

/// <summary>What the pipeline does in numbers, counted from its events.</summary>
internal sealed class PipelineMeter : IDisposable
{
    public const string Name = "Orchestra";

    private readonly Meter meter = new(Name);
    private readonly Counter<long> started;
    private readonly Counter<long> ended;
    private readonly Counter<long> agents;
    private readonly Counter<long> merges;
    private readonly Histogram<double> gates;
    private readonly Counter<long> asked;
    private readonly Counter<long> answered;

    public PipelineMeter(EventLog log, SocketCount sockets)
    {
        started = meter.CreateCounter<long>("orchestra.projects.started", "{project}", "Projects launched.");
        ended = meter.CreateCounter<long>("orchestra.projects.ended", "{project}", "Projects that have ended, by outcome.");
        agents = meter.CreateCounter<long>("orchestra.agents.ended", "{agent}", "Agents of projects that have ended, by status.");
        merges = meter.CreateCounter<long>("orchestra.merges", "{merge}", "Branches settled, by result.");
        gates = meter.CreateHistogram<double>("orchestra.gate.duration", "s", "Run time of builds and tests, by kind and success.");
        asked = meter.CreateCounter<long>("orchestra.decisions.asked", "{decision}", "Decisions opened, by type.");
        answered = meter.CreateCounter<long>("orchestra.decisions.answered", "{decision}", "Decisions settled, by answer.");
        meter.CreateObservableGauge("orchestra.sockets.open", () => sockets.Open, "{socket}", "Web sockets that are being served.");
        meter.CreateObservableCounter("orchestra.events.appends", () => log.Version, "{append}", "Appends to the event log by this process.");
    }

    public void Count(NewEvent e)
    {
        switch (e.Name)
        {
            case EventNames.ProjectStarted:
                started.Add(1);
                break;
            case EventNames.ProjectCompleted or EventNames.ProjectFailed or EventNames.ProjectCancelled:
                ended.Add(1, new KeyValuePair<string, object?>("outcome", e.Name["project_".Length..]));
                break;
            case EventNames.AgentCompleted:
                agents.Add(1, Tag(e, "status"));
                break;
            case EventNames.MergeCompleted:
                merges.Add(1, new KeyValuePair<string, object?>("result", Text(e, "merge_result")));
                break;
            case "build_result" or "test_result":
                gates.Record(e.Data.GetProperty("seconds").GetDouble(), new("kind", e.Name.Split('_')[0]), Tag(e, "success"));
                break;
            case EventNames.DecisionRequired:
                asked.Add(1, new KeyValuePair<string, object?>("type", Text(e, "decision_type")));
                break;
            case EventNames.DecisionResolved:
                answered.Add(1, new KeyValuePair<string, object?>("answer", Text(e, "action")));
                break;
        }
    }

    public void Dispose() => meter.Dispose();

    private static KeyValuePair<string, object?> Tag(NewEvent e, string key) => new(key, Text(e, key));

    private static string? Text(NewEvent e, string key) => e.Data.TryGetProperty(key, out JsonElement value) ? value.ToString() : null;
}
