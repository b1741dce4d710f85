using System.Text;

namespace Orchestra.ApiAgent.Tools;

/// <summary>Keeps the beginning and the end of a text of any length.</summary>
internal sealed class BoundedText(int half)
{
    private readonly StringBuilder head = new();
    private readonly StringBuilder tail = new();
    private long left;

    public void Append(ReadOnlySpan<char> text)
    {
        int fits = Math.Min(half - head.Length, text.Length);
        head.Append(text[..fits]);
        tail.Append(text[fits..]);
        if (tail.Length <= 2 * half) return;
        left += tail.Length - half;
        tail.Remove(0, tail.Length - half);
    }

    /// <summary>The last so many characters.</summary>
    public string End(int length)
    {
        string end = tail.Length >= length ? tail.ToString(tail.Length - length, length) : head.ToString() + tail;
        return end.Length <= length ? end : end[^length..];
    }

    public override string ToString() => left == 0 ? head.ToString() + tail : $"{head}\n... ({left} characters left out) ...\n{tail}";
}
