using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestra.Storage.AzureTables;

/// <summary>
/// Keys as Azure Tables takes them: at most 512 characters, without / \ # ? and control characters.
/// Letters and digits stand for themselves; every other byte of the UTF-8 form is a mark and two hex digits. There are four marks, each sorting
/// into the gap between digits and letters that its bytes come from, so that escaped keys sort as the keys do.
/// A key whose escaped form is too long ends in a hash: it is found, listed and continued from as any other,
/// but among keys that share their first 440 escaped characters the order is that of the hashes.
/// </summary>
internal static class TableKey
{
    private const int Longest = 512;
    private const int Kept = 440;
    private const char HashMark = '$';

    /// <summary>Sorts before every other key; some tools take an empty key for a missing one.</summary>
    private const string Empty = "!";

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static string Escape(string key)
    {
        if (key.Length == 0)
            return Empty;
        string escaped = EscapeBytes(key);
        return escaped.Length <= Longest
            ? escaped
            : $"{escaped[..Kept]}{HashMark}{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";
    }

    /// <summary>Whether the escaped form does not tell the key.</summary>
    public static bool IsHashed(string escaped) => escaped.Contains(HashMark);

    public static string Unescape(string escaped)
    {
        if (escaped == Empty)
            return "";
        var bytes = new ArrayBufferWriter<byte>(escaped.Length);
        for (int i = 0; i < escaped.Length; i++)
        {
            byte value = (byte)escaped[i];
            if (!Plain.Contains(escaped[i]))
            {
                value = byte.Parse(escaped.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                i += 2;
            }

            bytes.Write([value]);
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>
    /// The escaped keys that may start so: from <c>From</c> on, before <c>To</c>. For a long prefix there are others among them.
    /// </summary>
    public static (string From, string To) PrefixRange(string prefix)
    {
        string from = EscapeBytes(prefix);
        from = from[..Math.Min(from.Length, Kept)];
        // A mark alone has no successor that a key may hold.
        if (!Plain.Contains(from[^1]))
            from = from[..^1];
        return (from, from[..^1] + (char)(from[^1] + 1));
    }

    /// <summary>Whether <see cref="PrefixRange"/> holds keys that do not start so.</summary>
    public static bool IsCut(string prefix) => EscapeBytes(prefix).Length > Kept;

    private static string EscapeBytes(string key)
    {
        var text = new StringBuilder(key.Length + 16);
        foreach (byte value in Encoding.UTF8.GetBytes(key))
        {
            if (Plain.Contains((char)value))
                text.Append((char)value);
            else
                text.Append(MarkOf(value)).Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static char MarkOf(byte value) => value switch
    {
        < (byte)'0' => '!',
        < (byte)'A' => ':',
        < (byte)'a' => '_',
        _ => '~',
    };
}
