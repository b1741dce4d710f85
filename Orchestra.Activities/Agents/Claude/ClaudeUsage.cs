using System.Text.Json;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>
/// Adds up what a run cost. The CLI's totals accumulate over a session, also when it is resumed, so of one session the highest
/// count stands; sessions add up. A process that was killed tells nothing: its messages are counted and the sum is an estimate.
/// </summary>
/// <param name="priceOf">The price of a model; null when it is not known.</param>
internal sealed class ClaudeUsage(Func<string, ApiPrice?> priceOf)
{
    private const int CharactersPerToken = 4;

    private readonly Dictionary<string, RunUsage> sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Message> open = new(StringComparer.Ordinal);
    private RunUsage? lost;

    /// <summary>Null when the CLI never got as far as a model.</summary>
    public RunUsage? Total()
    {
        RunUsage? total = RunUsage.Sum(lost, OpenMessages());
        foreach (RunUsage session in sessions.Values) total = RunUsage.Sum(total, session);
        return total;
    }

    /// <summary>A process of the CLI begins. What the one before it had not settled, it never will.</summary>
    public void BeginProcess()
    {
        lost = RunUsage.Sum(lost, OpenMessages());
        open.Clear();
    }

    public void AddMessage(JsonElement message)
    {
        if (message.Text("id") is not { } id || message.Text("model") == "<synthetic>") return;
        JsonElement usage = message.Object("usage");
        long written = message.Items("content").Sum(b => (long)(b.Text("text")?.Length ?? b.Text("thinking")?.Length ?? b.Object("input").Length()));
        Message before = open.GetValueOrDefault(id) ?? new Message(message.Text("model") ?? "", 0, 0, 0, 0);
        // One event per block, each with the same input; the output count of an event is only where it started.
        open[id] = before with
        {
            Input = Math.Max(before.Input, usage.Number("input_tokens") ?? 0),
            CacheWrite = Math.Max(before.CacheWrite, usage.Number("cache_creation_input_tokens") ?? 0),
            CacheRead = Math.Max(before.CacheRead, usage.Number("cache_read_input_tokens") ?? 0),
            Output = before.Output + (written / CharactersPerToken),
        };
    }

    public void AddResult(JsonElement result)
    {
        open.Clear();
        // A client that keeps its own account of what a crash cut short.
        if (result.Truth("covers_session")) lost = null;
        long input = 0, output = 0;
        foreach (JsonProperty model in result.Object("modelUsage").Properties())
        {
            input += (model.Value.Number("inputTokens") ?? 0) + (model.Value.Number("cacheReadInputTokens") ?? 0) + (model.Value.Number("cacheCreationInputTokens") ?? 0);
            output += model.Value.Number("outputTokens") ?? 0;
        }
        string session = result.Text("session_id") ?? "";
        RunUsage? before = sessions.GetValueOrDefault(session);
        sessions[session] = new RunUsage(
            result.Amount("total_cost_usd") is { } cost ? Math.Max(before?.CostUsd ?? 0, cost) : before?.CostUsd,
            Math.Max(before?.InputTokens ?? 0, input),
            Math.Max(before?.OutputTokens ?? 0, output),
            Estimated: false);
    }

    private RunUsage? OpenMessages() => open.Values.Aggregate((RunUsage?)null, (sum, m) => RunUsage.Sum(sum, m.Usage(priceOf(m.Model))));

    private sealed record Message(string Model, long Input, long CacheWrite, long CacheRead, long Output)
    {
        public RunUsage Usage(ApiPrice? price) =>
            new(price?.Of(Input, Output, CacheRead, CacheWrite), Input + CacheWrite + CacheRead, Output, Estimated: true);
    }
}
