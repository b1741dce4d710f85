using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestra.ApiAgent;

/// <summary>
/// The messages of a session, each written to a file before it is acted upon, so that a session that was broken off can go on.
/// </summary>
internal sealed class Conversation : IDisposable
{
    private readonly FileStream file;
    private readonly List<JsonObject> entries;

    private Conversation(FileStream file, List<JsonObject> entries)
    {
        this.file = file;
        this.entries = entries;
    }

    public IEnumerable<JsonObject> Messages => entries.Select(e => e["message"]!.AsObject());

    /// <summary>What the replies so far used, as the API told it.</summary>
    public IEnumerable<JsonObject> Usages => entries.Select(e => e["usage"]).OfType<JsonObject>();

    public static Conversation Begin(string folder, string session) => new(Open(folder, session, FileMode.Create), []);

    /// <summary>Null when there is none.</summary>
    public static Conversation? Load(string folder, string session)
    {
        if (!File.Exists(PathOf(folder, session))) return null;
        var entries = new List<JsonObject>();
        long whole = 0;
        foreach (string line in File.ReadAllText(PathOf(folder, session)).Split('\n')[..^1])
        {
            try
            {
                entries.Add(JsonNode.Parse(line)!.AsObject());
            }
            catch (JsonException)
            {
                // Broken by a crash of the machine: what comes after it has no ground.
                break;
            }
            whole += Encoding.UTF8.GetByteCount(line) + 1;
        }
        if (entries.Count == 0) return null;

        FileStream file = Open(folder, session, FileMode.Open);
        file.SetLength(whole);
        file.Seek(0, SeekOrigin.End);
        return new Conversation(file, entries);
    }

    /// <param name="usage">For a reply: the API's figures.</param>
    public void Add(JsonObject message, JsonObject? usage = null)
    {
        var entry = new JsonObject { ["message"] = message.DeepClone() };
        if (usage is not null) entry["usage"] = usage.DeepClone();
        file.Write(Encoding.UTF8.GetBytes(entry.ToJsonString() + "\n"));
        file.Flush();
        entries.Add(entry);
    }

    /// <summary>The tool calls that the last message asked for and that have no results yet.</summary>
    public IReadOnlyList<JsonObject> OpenToolUses() =>
        entries.Count > 0 && entries[^1]["message"] is JsonObject last && (string?)last["role"] == "assistant"
            ? [.. Blocks.Of(last).Where(b => (string?)b["type"] == "tool_use")]
            : [];

    public void Dispose() => file.Dispose();

    private static FileStream Open(string folder, string session, FileMode mode) =>
        new(PathOf(folder, session), mode, FileAccess.ReadWrite, FileShare.Read);

    private static string PathOf(string folder, string session) => Path.Combine(folder, $"conversation-{session}.jsonl");
}
