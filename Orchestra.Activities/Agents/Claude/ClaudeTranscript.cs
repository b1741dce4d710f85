using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>Reads the CLI's stream-json line by line and keeps what is needed of it: text for people, evidence, usage.</summary>
/// <param name="priceOf">The price of a model; null when it is not known.</param>
internal sealed class ClaudeTranscript(Func<string, ApiPrice?> priceOf)
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 512 };

    private readonly StringBuilder news = new();
    private long attemptBegin = -1;
    private string? lastText;
    private readonly HashSet<string> turns = new(StringComparer.Ordinal);

    public ClaudeUsage Usage { get; } = new(priceOf);

    /// <summary>Replies to the agent itself, not to agents of its own, over all attempts.</summary>
    public int Turns => turns.Count;

    public ClaudeAttempt Attempt { get; private set; } = new();

    public int NewCharacters => news.Length;

    /// <summary>What has come since the last call, for people to read.</summary>
    public string TakeNew()
    {
        string taken = news.ToString();
        news.Clear();
        return taken;
    }

    /// <summary>Evidence is collected anew for each attempt; usage adds up over all.</summary>
    public void EnterAttempt(long begin)
    {
        if (begin == attemptBegin) return;
        attemptBegin = begin;
        Attempt = new ClaudeAttempt();
        Usage.BeginProcess();
    }

    public void Add(ReadOnlySpan<byte> line)
    {
        if (line.Trim((byte)' ').Length == 0) return;
        Attempt.Lines++;
        try
        {
            // Invalid bytes would make texts unreadable only when they are asked for, far from here.
            Utf8JsonReader reader = new(Utf8.IsValid(line) ? line : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line)), Options);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            Add(document.RootElement);
        }
        catch (JsonException)
        {
            string plain = Encoding.UTF8.GetString(line[..Math.Min(line.Length, 2000)]).Trim();
            Attempt.PlainLine = plain;
            Say(plain);
        }
    }

    private void Add(JsonElement e)
    {
        switch (e.Text("type"))
        {
            case "assistant":
                AddAssistant(e);
                break;
            case "user":
                foreach (JsonElement block in e.Object("message").Items("content")) AddToolResult(block);
                break;
            case "system":
                AddSystem(e);
                break;
            case "rate_limit_event":
                JsonElement limit = e.Object("rate_limit_info");
                if (limit.Text("status") == "rejected" && limit.Number("resetsAt") is { } reset and < uint.MaxValue)
                    Attempt.LimitResetsAt = DateTimeOffset.FromUnixTimeSeconds(reset);
                break;
            case "result":
                AddResult(e);
                break;
        }
    }

    private void AddAssistant(JsonElement e)
    {
        JsonElement message = e.Object("message");
        Usage.AddMessage(message);
        if (e.Text("parent_tool_use_id") is null && message.Text("id") is { } id && message.Text("model") != "<synthetic>") turns.Add(id);
        foreach (JsonElement block in message.Items("content"))
        {
            if (block.Text("type") == "text" && block.Text("text") is { } said)
            {
                lastText = said;
                Say(said);
            }
            else if (block.Text("type") == "tool_use")
            {
                Attempt.ToolUses.Add(block.Text("id") ?? "");
                Say(ClaudeToolUse.Describe(block));
            }
        }
    }

    private void AddToolResult(JsonElement block)
    {
        if (block.Text("type") != "tool_result" || !block.Truth("is_error")) return;
        string said = block.Text("content") ?? string.Join('\n', block.Items("content").Select(c => c.Text("text")));
        Attempt.Alarm.Hear(said);
        Say("error: " + ClaudeToolUse.FirstLine(said));
    }

    private void AddSystem(JsonElement e)
    {
        switch (e.Text("subtype"))
        {
            case "init":
                Usage.BeginProcess();
                break;
            case "permission_denied":
                Attempt.Denied.Add(e.Text("tool_use_id") ?? "");
                break;
            case "session_writes_lost":
                Attempt.WritesLost = e.Text("error_code") ?? "unknown cause";
                Attempt.Alarm.Hear(Attempt.WritesLost);
                break;
            case "api_retry":
                string trouble = e.Number("error_status") is { } status ? $"The API answered {status}" : e.Text("error") ?? "The API did not answer";
                Say($"{trouble}; attempt {e.Number("attempt")} of {e.Number("max_retries")} follows.");
                break;
        }
    }

    private void AddResult(JsonElement e)
    {
        ClaudeResult result = ClaudeResult.Read(e);
        Attempt.Result = result;
        Attempt.Denied.UnionWith(e.Items("permission_denials").Select(d => d.Text("tool_use_id") ?? ""));
        Usage.AddResult(e);
        if (result.Message is { Length: > 0 } message && message != lastText) Say(message);
    }

    private void Say(string said) => news.Append(said.TrimEnd()).Append('\n');
}
