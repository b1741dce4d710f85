using System.Text;
using System.Text.Json;
using Orchestra.Core;
using Orchestra.Core.Events;

namespace Orchestra.Functions.Events;

/// <summary>An event as it is sent; serialized once, whoever gets it.</summary>
internal sealed class EventFrame(LoggedEvent logged, EventMessages messages)
{
    private readonly Lazy<byte[]> bytes = new(() => Encoding.UTF8.GetBytes(Json.Write(messages.Of(logged))));

    public LoggedEvent Logged => logged;

    public long Seq => logged.Seq;

    public string Channel => logged.Event.Channel;

    /// <summary>About how many bytes it is: a piece of output is told by its length.</summary>
    public long Size { get; } = 512 + (logged.Event.Data.TryGetProperty("length", out JsonElement length) && length.TryGetInt64(out long bytes) ? bytes : 0);

    public ReadOnlyMemory<byte> Bytes => bytes.Value;
}
