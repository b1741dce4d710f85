using System.Text;

namespace Orchestra.Activities.Processes;

/// <summary>The end of a run's output as text, whatever bytes it printed.</summary>
internal static class OutputTail
{
    public const int Bytes = 4096;
    private const int LongestLine = 500;

    /// <summary>At most <see cref="Bytes"/> bytes of valid UTF-8; empty when there is no output.</summary>
    public static string Read(string file) => Cut(Read(file, Bytes));

    /// <summary>The end of the output, at most so many bytes of it.</summary>
    public static string Read(string file, int length)
    {
        byte[] bytes = ReadEnd(file, length);
        int start = 0;
        // The cut may fall inside a character.
        while (start < Math.Min(3, bytes.Length) && (bytes[start] & 0xC0) == 0x80) start++;
        return Encoding.UTF8.GetString(bytes, start, bytes.Length - start);
    }

    /// <summary>The end of a text, at most so many bytes of UTF-8, without NUL.</summary>
    public static string Cut(string text, int bytes = Bytes)
    {
        text = text.Replace('\0', '\uFFFD');
        // Replacement characters are longer than the bytes that they stand for.
        int cut = 0;
        for (int size = Encoding.UTF8.GetByteCount(text); size > bytes;)
        {
            int length = char.IsSurrogatePair(text, cut) ? 2 : 1;
            size -= Encoding.UTF8.GetByteCount(text.AsSpan(cut, length));
            cut += length;
        }
        return text[cut..];
    }

    /// <summary>The last line that is not blank, shortened; null when there is none.</summary>
    public static string? LastLine(string file) => LastLineOf(Read(file));

    public static string? LastLineOf(string text)
    {
        string? line = text.Split('\n').LastOrDefault(l => !string.IsNullOrWhiteSpace(l))?.Trim();
        return line is { Length: > LongestLine } ? line[..LongestLine] : line;
    }

    private static byte[] ReadEnd(string file, int length)
    {
        if (!File.Exists(file)) return [];
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] buffer = new byte[Math.Min(length, stream.Length)];
        stream.Seek(-buffer.Length, SeekOrigin.End);
        int read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return buffer[..read];
    }
}
