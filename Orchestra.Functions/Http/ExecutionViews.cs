using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestra.Activities.Sessions;
using Orchestra.Core;
using Orchestra.Core.Bookkeeping;
using Orchestra.Core.Pipeline;

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
        Filename = (string?)null,
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

    public static object Of(ExecutionRecord execution, IEnumerable<object> results)
    {
        JsonObject view = JsonSerializer.SerializeToNode(Of(execution), Json.Options)!.AsObject();
        view["results"] = JsonSerializer.SerializeToNode(results, Json.Options);
        return view;
    }

    /// <summary>One per run: a session, or each teammate of a sequence.</summary>
    public static IEnumerable<object> Results(SessionRecord s, SessionOutput output) => s.Tasks.Count == 0
        ? [Result(s.SessionId, s.TeamName, s.Status, output.Tail(s), s.Error, s.ClientMode, s.CompletedAt, s.Usage)]
        : s.Tasks.Select(t => Result(s.SessionId, t.Teammate, t.Status, t.Output, t.Error, t.ClientMode ?? s.ClientMode, t.CompletedAt, t.Usage));

    private static object Result(
        string sessionId, string agent, string outcome, string? output, string? error, string? clientMode, DateTime? at, RunUsage? usage) => new
        {
            SessionId = sessionId,
            Agent = agent,
            Status = outcome is "completed" or "no_change" ? "success" : "failed",
            Outcome = outcome,
            Output = output,
            Error = error,
            ClientMode = clientMode,
            Timestamp = at,
            usage?.CostUsd,
        };
}
