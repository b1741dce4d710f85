using System.Text;

namespace Orchestra.Cli;

/// <summary>Resolves conflicts as the scripted agent does: both sides are kept, ours first.</summary>
internal static class ConflictMarkers
{
    private const string Ours = "<<<<<<< ";
    private const string Base = "||||||| ";
    private const string Middle = "=======";
    private const string Theirs = ">>>>>>> ";

    /// <returns>The number of files in which conflicts were resolved.</returns>
    public static async Task<int> ResolveAllAsync(string folder)
    {
        int resolved = 0;
        EnumerationOptions everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string file in Directory.EnumerateFiles(folder, "*", everything))
        {
            if (Path.GetRelativePath(folder, file).Split('/').Contains(".git")) continue;
            // Latin-1 maps every byte to one character and back, so files of any encoding keep theirs.
            string text = await File.ReadAllTextAsync(file, Encoding.Latin1);
            string result = KeepBoth(text);
            if (result == text) continue;
            await File.WriteAllTextAsync(file, result, Encoding.Latin1);
            resolved++;
        }
        return resolved;
    }

    /// <summary>The text without markers; unchanged when there is no whole conflict in it.</summary>
    public static string KeepBoth(string text)
    {
        StringBuilder result = new(text.Length);
        string side = "";
        foreach (string line in Lines(text))
        {
            (bool marker, side) = (side, line) switch
            {
                ("", _) when line.StartsWith(Ours, StringComparison.Ordinal) => (true, Ours),
                (Ours, _) when line.StartsWith(Base, StringComparison.Ordinal) => (true, Base),
                (Ours or Base, _) when line.TrimEnd() == Middle => (true, Theirs),
                (Theirs, _) when line.StartsWith(Theirs, StringComparison.Ordinal) => (true, ""),
                _ => (false, side),
            };
            if (!marker && side != Base) result.Append(line);
        }
        return side.Length == 0 ? result.ToString() : text;
    }

    private static IEnumerable<string> Lines(string text)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            yield return text[start..end];
            start = end;
        }
    }
}
