using System.Text.Json.Nodes;

namespace Orchestra.ApiAgent;

/// <summary>Events in the shape of the Claude Code CLI's stream-json, one object per line.</summary>
internal sealed class EventWriter(TextWriter output, string session, string model)
{
    public void Init(string folder) =>
        Write(new JsonObject { ["type"] = "system", ["subtype"] = "init", ["cwd"] = folder, ["session_id"] = session, ["model"] = model });

    public void Reply(Reply reply) => Write(new JsonObject
    {
        ["type"] = "assistant",
        ["message"] = new JsonObject
        {
            ["id"] = reply.Id,
            ["role"] = "assistant",
            ["model"] = model,
            ["content"] = reply.Message["content"]!.DeepClone(),
            ["usage"] = reply.Usage.DeepClone(),
        },
        ["session_id"] = session,
    });

    public void ToolResults(JsonObject message) =>
        Write(new JsonObject { ["type"] = "user", ["message"] = message.DeepClone(), ["session_id"] = session });

    public void Retry(int attempt, int most, ApiFailure failure) => Write(new JsonObject
    {
        ["type"] = "system",
        ["subtype"] = "api_retry",
        ["attempt"] = attempt,
        ["max_retries"] = most,
        ["error_status"] = failure.Status,
        ["error"] = failure.Message,
        ["session_id"] = session,
    });

    public void Result(Outcome outcome, int turns, Spending spending) => Write(outcome.ToEvent(session, turns, spending, model));

    private void Write(JsonObject e) => output.WriteLine(e.ToJsonString());
}
