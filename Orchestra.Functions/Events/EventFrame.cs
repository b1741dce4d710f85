using System.Text;
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

    public ReadOnlyMemory<byte> Bytes => bytes.Value;
}
