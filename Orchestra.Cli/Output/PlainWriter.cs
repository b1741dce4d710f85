using System.Text;

namespace Orchestra.Cli.Output;

/// <summary>Writes control characters as their visible symbols (ESC as ␛), and overrides of the writing direction as a replacement character.</summary>
internal sealed class PlainWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(Plain(value));

    public override void Write(string? value) => inner.Write(Plain(value));

    public override void WriteLine(string? value) => inner.WriteLine(Plain(value));

    public override void Flush() => inner.Flush();

    public static string Plain(string? text) => text is null ? "" : string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
            span[i] = Plain(source[i]);
    });

    private static char Plain(char c) => c switch
    {
        '\n' or '\t' => c,
        '\r' when OperatingSystem.IsWindows() => c,
        < ' ' => (char)('\u2400' + c),
        '\u007f' => '\u2421',
        >= '\u0080' and <= '\u009f' => '\ufffd',
        '\u061c' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') => '\ufffd',
        _ => c,
    };
}
