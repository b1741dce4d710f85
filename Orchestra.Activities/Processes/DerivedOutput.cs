using System.Text;

namespace Orchestra.Activities.Processes;

/// <summary>
/// Writes for people what a client's protocol says. It is made anew from the whole protocol after a restart of the host, so what the file
/// has already is not written again: readers may rely on offsets.
/// </summary>
internal sealed class DerivedOutput(string file)
{
    private long length;

    public void Append(string text)
    {
        if (text.Length == 0) return;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        using FileStream stream = new(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        int known = (int)Math.Clamp(stream.Position - length, 0, bytes.Length);
        stream.Write(bytes.AsSpan(known));
        length += bytes.Length;
    }
}
