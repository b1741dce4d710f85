namespace Orchestra.Functions.Sockets;

/// <summary>How many web sockets are being served.</summary>
internal sealed class SocketCount
{
    private int open;

    public int Open => Volatile.Read(ref open);

    public int Add() => Interlocked.Increment(ref open);

    public void Remove() => Interlocked.Decrement(ref open);
}
