using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestra.Activities.State;
using Orchestra.Core;
using Orchestra.Core.Bookkeeping;

namespace Orchestra.Functions.Http;

/// <summary>Executions as the wire shows them.</summary>
internal static class ExecutionViews
{
    public static object Of(ExecutionRecord e) => new
    {
        e.Id,
        e.Timestamp,
        e.Mode,
        e.GlobalClientMode,
        e.Filename,
        e.AgentCount,
        e.SuccessCount,
        e.FailCount,
        EstimatedCost = e.Usage?.CostUsd ?? 0,
        CostEstimated = e.Usage?.Estimated,
        e.Usage?.InputTokens,
        e.Usage?.OutputTokens,
        e.Kind,
        e.Title,
        e.Status,
    };

    public static object Of(ExecutionRecord execution, IEnumerable<AgentResult> results)
    {
        JsonObject view = JsonSerializer.SerializeToNode(Of(execution), Json.Options)!.AsObject();
        view["results"] = JsonSerializer.SerializeToNode(results, Json.Options);
        return view;
    }
}
