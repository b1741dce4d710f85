using System.Net;
using System.Net.Sockets;

namespace Orchestra.Testing;

/// <summary>
/// Ports for processes that will listen in a moment. They lie below those that the system gives to outgoing connections, any of which could take a port
/// before its process does, and each is given out once.
/// </summary>
public static class FreePort
{
    private const int First = 20_000;
    private const int Count = 12_000;

    // Another test run on this machine begins elsewhere.
    private static int last = Random.Shared.Next(Count);

    public static int Next()
    {
        while (true)
        {
            int port = First + ((Interlocked.Increment(ref last) & int.MaxValue) % Count);
            if (IsFree(port))
                return port;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
