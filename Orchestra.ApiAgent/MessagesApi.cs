using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Anthropic;
using Anthropic.Models.Messages;
using Orchestra.Core.Pipeline;

namespace Orchestra.ApiAgent;

/// <summary>A whole reply of the model.</summary>
internal sealed record Reply(string Id, JsonObject Message, JsonObject Usage, string? StopReason);

/// <summary>Asks the Messages API for the next reply, streamed, so that a connection that has gone silent is noticed.</summary>
/// <param name="hasShell">Whether the model is offered a shell beside the editor.</param>
internal sealed class MessagesApi(AnthropicClient client, RetryAdvice advice, ApiAgentSettings settings, EventWriter events, bool hasShell)
{
    private readonly IReadOnlyList<ToolUnion> tools = hasShell ? [new ToolBash20250124(), new ToolTextEditor20250728()] : [new ToolTextEditor20250728()];

    /// <exception cref="ApiFailure">Refused for good, or time and again.</exception>
    public async Task<Reply> AskAsync(string system, IEnumerable<JsonObject> messages)
    {
        var parameters = new MessageCreateParams
        {
            Model = settings.Model,
            MaxTokens = settings.MaxTokens,
            System = system,
            Tools = tools,
            Messages = [.. messages.Select(m => new MessageParam(JsonSerializer.SerializeToElement(m)))],
            // The conversation is sent again with every turn; all but its end is then read from the cache.
            CacheControl = new CacheControlEphemeral(),
        };
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await StreamAsync(parameters);
            }
            catch (Exception e) when (ApiFailure.Of(e, advice.Take(), settings.StallSeconds) is { } failure)
            {
                if (attempt > settings.MaxRetries || failure.Delay(attempt) is not { } delay) throw failure;
                events.Retry(attempt, settings.MaxRetries, failure);
                await Task.Delay(delay);
            }
        }
    }

    private async Task<Reply> StreamAsync(MessageCreateParams parameters)
    {
        using var silence = new CancellationTokenSource();
        TimeSpan longest = TimeSpan.FromSeconds(settings.StallSeconds);
        silence.CancelAfter(longest);
        Message message = await WatchAsync(client.Messages.CreateStreaming(parameters, silence.Token), silence, longest).Aggregate();
        JsonObject whole = JsonNode.Parse(JsonSerializer.Serialize(message))!.AsObject();
        return new Reply(
            message.ID,
            new JsonObject { ["role"] = "assistant", ["content"] = new JsonArray([.. Blocks.Of(whole).Select(Stored)]) },
            whole["usage"] is JsonObject usage ? (JsonObject)usage.DeepClone() : [],
            (string?)whole["stop_reason"]);
    }

    private static async IAsyncEnumerable<RawMessageStreamEvent> WatchAsync(
        IAsyncEnumerable<RawMessageStreamEvent> source, CancellationTokenSource silence, TimeSpan longest, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (RawMessageStreamEvent e in source.WithCancellation(cancellationToken))
        {
            silence.CancelAfter(longest);
            yield return e;
        }
    }

    /// <summary>What may be sent back to the API as part of the conversation.</summary>
    private static JsonNode Stored(JsonObject block)
    {
        string[]? keys = (string?)block["type"] switch
        {
            "text" => ["type", "text"],
            "tool_use" => ["type", "id", "name", "input"],
            "thinking" => ["type", "thinking", "signature"],
            "redacted_thinking" => ["type", "data"],
            _ => null,
        };
        return keys is null ? block.DeepClone() : new JsonObject(keys.Select(k => KeyValuePair.Create(k, block[k]?.DeepClone())));
    }
}
