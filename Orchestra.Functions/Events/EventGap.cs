using System.Text;
using Orchestra.Core;

namespace Orchestra.Functions.Events;

/// <summary>Events that a client asks for and that are pruned: told to it, so that it knows that it must read the state anew.</summary>
/// <param name="After">The number that the client had seen.</param>
/// <param name="First">The oldest number that there is.</param>
internal sealed record EventGap(long After, long First)
{
    /// <summary>Null when the client misses nothing.</summary>
    public static EventGap? Between(long after, long first) => first > after + 1 ? new EventGap(after, first) : null;

    /// <summary>The number behind which the client goes on.</summary>
    public long Seq => First - 1;

    public byte[] Bytes() => Encoding.UTF8.GetBytes(Json.Write(new { Type = "gap", Seq, After, First }));
}
