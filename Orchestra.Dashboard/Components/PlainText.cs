using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestra.Dashboard.Components;

/// <summary>What programs and people wrote, fit to be shown as text: without terminal sequences, and nothing invisible that could turn it around.</summary>
public static partial class PlainText
{
    /// <summary>Longer lines are cut, with a word about how much is missing.</summary>
    public const int LongestLine = 4000;

    /// <param name="text">Null is empty.</param>
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        return Exact(text.Contains('\u001b') ? Sequence().Replace(text, "") : text);
    }

    /// <summary>The same for what is to be judged, such as changes: terminal sequences are shown, too.</summary>
    public static string Exact(string? text)
    {
        string plain = text ?? "";
        if (plain.Length > LongestLine)
            plain = string.Join('\n', plain.Split('\n').Select(Shorten));
        return plain.Any(IsHidden) ? Show(plain) : plain;
    }

    private static string Shorten(string line) =>
        line.Length <= LongestLine ? line : string.Create(CultureInfo.InvariantCulture, $"{line.AsSpan(0, LongestLine)}… ({line.Length - LongestLine} more characters)");

    // Bidirectional controls, and what a terminal would obey.
    private static bool IsHidden(char c) =>
        c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' or '\u200e' or '\u200f' or '\u061c' || (char.IsControl(c) && c is not ('\n' or '\t'));

    private static string Show(string text)
    {
        var shown = new StringBuilder(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\r' && (i + 1 == text.Length || text[i + 1] == '\n'))
                continue;
            if (!IsHidden(c))
                shown.Append(c);
            else if (c < ' ')
                shown.Append((char)('\u2400' + c));
            else
                shown.Append(CultureInfo.InvariantCulture, $"⟨U+{(int)c:X4}⟩");
        }

        return shown.ToString();
    }

    [GeneratedRegex(@"\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])")]
    private static partial Regex Sequence();
}
