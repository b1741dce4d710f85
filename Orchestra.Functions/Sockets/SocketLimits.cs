using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Orchestra.Functions.Sockets;

/// <summary>When a web socket's client is given up; it can come back and go on behind the last number that it saw.</summary>
/// <param name="PingEvery">A client that has said nothing between two pings is dropped.</param>
/// <param name="SendWithin">How long a client may take to accept one message.</param>
/// <param name="MaxBehind">How many events a client may be behind those that it is sent.</param>
/// <param name="MaxSockets">How many there may be at once.</param>
internal sealed record SocketLimits(TimeSpan PingEvery, TimeSpan SendWithin, long MaxBehind, int MaxSockets)
{
    public static SocketLimits From(IConfiguration configuration) => new(
        TimeSpan.FromSeconds(Number(configuration, "PingSeconds", 30)),
        TimeSpan.FromSeconds(Number(configuration, "SendSeconds", 10)),
        (long)Number(configuration, "MaxBehind", 100_000),
        (int)Number(configuration, "MaxSockets", 1000));

    private static double Number(IConfiguration configuration, string key, double standard) =>
        configuration[$"Orchestra:Sockets:{key}"] is not { Length: > 0 } text
            ? standard
            : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number > 0
                ? number
                : throw new InvalidOperationException($"Orchestra:Sockets:{key} must be a number greater than 0, not '{text}'.");
}
