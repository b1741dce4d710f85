using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DurableTask.Core.History;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Journal;

/// <summary>One entry of an instance's history, or a message on its way there. One shape for all kinds keeps storage simple.</summary>
internal sealed record JournalEvent
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public EventType Type { get; init; }

    /// <summary>Number of the action that made the event; -1 for what comes from outside.</summary>
    public int Id { get; init; }

    /// <summary>UTC ticks: deterministic GUIDs need all 100 ns of it.</summary>
    public long At { get; init; }

    /// <summary>For results: the action they answer.</summary>
    public int TaskId { get; init; }

    public string? Name { get; init; }

    public string? Version { get; init; }

    /// <summary>Input, result, payload or output, as JSON.</summary>
    public string? Data { get; init; }

    /// <summary>Where the data are kept, if they are too long for the event's own row; they may then be not loaded.</summary>
    [JsonIgnore]
    public long? Payload { get; init; }

    public string? InstanceId { get; init; }

    public string? Reason { get; init; }

    public long FireAt { get; init; }

    public Failure? Failure { get; init; }

    public Dictionary<string, string>? Tags { get; init; }

    public ParentLink? Parent { get; init; }

    public OrchestrationRuntimeStatus Status { get; init; }

    /// <summary>On a start: the W3C trace context of who started it.</summary>
    public string? Trace { get; init; }

    public bool Recursive { get; init; }

    /// <summary>On what follows a failed attempt: the attempt's number + 1.</summary>
    public int RetryOf { get; init; }

    /// <summary>The timer after the last attempt, which leads to no other.</summary>
    public bool IsLastRetry { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(Payload is null ? this : this with { Data = null }, JournalJson.Compact.JournalEvent);

    public static JournalEvent Parse(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, JournalJson.Compact.JournalEvent)
        ?? throw new InvalidDataException("The journal holds an empty event.");
}

/// <summary>Where a sub-orchestration reports to.</summary>
internal sealed record ParentLink(string Name, string InstanceId, string ExecutionId, int TaskId)
{
    public string ToJson() => JsonSerializer.Serialize(this, JournalJson.Compact.ParentLink);

    public static ParentLink? Parse(string? json) => json is null ? null : JsonSerializer.Deserialize(json, JournalJson.Compact.ParentLink);
}

/// <summary>Compact JSON: defaults are left out.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(JournalEvent))]
[JsonSerializable(typeof(HistoryFile))]
[JsonSerializable(typeof(ParentLink))]
[JsonSerializable(typeof(Failure))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(string))]
internal sealed partial class JournalJson : JsonSerializerContext
{
    public static JournalJson Compact { get; } = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 256,
    });

    /// <summary>For files that people read and compare: the same with names for numbers.</summary>
    public static JournalJson Readable { get; } = new(new JsonSerializerOptions(Compact.Options)
    {
        Converters = { new JsonStringEnumConverter<EventType>(), new JsonStringEnumConverter<OrchestrationRuntimeStatus>() },
    });

    public static string? Tags(IReadOnlyDictionary<string, string>? tags)
        => tags is null or { Count: 0 } ? null : JsonSerializer.Serialize(new Dictionary<string, string>(tags), Compact.DictionaryStringString);

    public static Dictionary<string, string>? Tags(string? json)
        => json is null ? null : JsonSerializer.Deserialize(json, Compact.DictionaryStringString);
}
