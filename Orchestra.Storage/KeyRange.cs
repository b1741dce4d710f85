using System.Text;

namespace Orchestra.Storage;

internal static class KeyRange
{
    /// <summary>The first key, in order of code points, after all those that start so; null if there is no such key.</summary>
    public static string? EndOfPrefix(string? prefix)
    {
        Rune[] runes = [.. (prefix ?? "").EnumerateRunes()];
        int last = Array.FindLastIndex(runes, r => r.Value < 0x10FFFF);
        if (last < 0)
            return null;
        // The surrogates are no code points of their own.
        int next = runes[last].Value == 0xD7FF ? 0xE000 : runes[last].Value + 1;
        return string.Concat(runes.Take(last)) + new Rune(next);
    }
}
