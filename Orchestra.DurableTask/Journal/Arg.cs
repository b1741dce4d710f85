using System.Buffers;
using System.Text;
using SQLitePCL;

namespace Orchestra.DurableTask.Journal;

/// <summary>A value for a statement: a number, a text or null. Not an object, so that numbers need no box.</summary>
internal readonly struct Arg
{
    private const int OnStack = 512;

    private readonly string? text;
    private readonly byte[]? bytes;
    private readonly long? number;

    private Arg(string? text, byte[]? bytes, long? number)
    {
        this.text = text;
        this.bytes = bytes;
        this.number = number;
    }

    public static implicit operator Arg(string? value) => new(value, null, null);

    /// <summary>A text that is UTF-8 already.</summary>
    public static implicit operator Arg(byte[]? value) => new(null, value, null);

    public static implicit operator Arg(long value) => new(null, null, value);

    public static implicit operator Arg(long? value) => new(null, null, value);

    public static implicit operator Arg(int value) => new(null, null, value);

    public static implicit operator Arg(int? value) => new(null, null, value);

    public int Bind(sqlite3_stmt statement, int index) => (number, text, bytes) switch
    {
        ({ } value, _, _) => raw.sqlite3_bind_int64(statement, index, value),
        (_, { } value, _) => Bind(statement, index, value),
        (_, _, { } value) => raw.sqlite3_bind_text(statement, index, value),
        _ => raw.sqlite3_bind_null(statement, index),
    };

    private static int Bind(sqlite3_stmt statement, int index, string value)
    {
        // An empty span has no address, and SQLite would take it for null.
        if (value.Length == 0)
            return raw.sqlite3_bind_text(statement, index, "");

        int most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (most <= OnStack)
        {
            Span<byte> small = stackalloc byte[OnStack];
            return raw.sqlite3_bind_text(statement, index, small[..Encoding.UTF8.GetBytes(value, small)]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            return raw.sqlite3_bind_text(statement, index, rented.AsSpan(0, Encoding.UTF8.GetBytes(value, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
