namespace Orchestra.Dashboard.Components;

/// <summary>One conflict of a file: the lines before it, and both sides.</summary>
public sealed record ConflictHunk(string Context, string Ours, string Theirs)
{
    /// <summary>Reads text with git's conflict markers; what is cut off in the middle is shown as far as it goes.</summary>
    public static IReadOnlyList<ConflictHunk> Read(string text)
    {
        var hunks = new List<ConflictHunk>();
        var parts = new List<string>[] { [], [], [] };
        int side = 0;
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith("<<<<<<< ", StringComparison.Ordinal))
                side = 1;
            else if (side == 1 && line.StartsWith("|||||||", StringComparison.Ordinal))
                side = 3;
            else if (side is 1 or 3 && line.StartsWith("=======", StringComparison.Ordinal))
                side = 2;
            else if (side == 2 && line.StartsWith(">>>>>>> ", StringComparison.Ordinal))
                Close();
            else if (side < 3)
                parts[side].Add(line);
        }

        if (parts.Any(p => p.Count > 0))
            Close();
        return hunks;

        void Close()
        {
            hunks.Add(new ConflictHunk(string.Join('\n', parts[0]), string.Join('\n', parts[1]), string.Join('\n', parts[2])));
            foreach (List<string> part in parts)
                part.Clear();
            side = 0;
        }
    }
}
