using System.Text.Json.Nodes;
using Orchestra.Core.Pipeline;

namespace Orchestra.ApiAgent;

/// <summary>Adds up what the replies of a session used, and what that costs by the price table.</summary>
internal sealed class Spending(ApiPrice? price)
{
    public long Input { get; private set; }
    public long Output { get; private set; }
    public long CacheRead { get; private set; }
    public long CacheWrite { get; private set; }

    /// <summary>US dollars; null without a price.</summary>
    public decimal? Cost => price?.Of(Input, Output, CacheRead, CacheWrite);

    public void Add(JsonObject usage)
    {
        Input += Number(usage, "input_tokens");
        Output += Number(usage, "output_tokens");
        CacheRead += Number(usage, "cache_read_input_tokens");
        CacheWrite += Number(usage, "cache_creation_input_tokens");
    }

    private static long Number(JsonObject usage, string key) => usage[key] is JsonValue value && value.TryGetValue(out long number) ? number : 0;
}
