using System.Globalization;

namespace Orchestra.Activities.Git;

/// <param name="Tree">The merged tree; with conflict markers in it when not clean.</param>
/// <param name="Paths">Conflicted paths.</param>
/// <param name="Messages">Per path what git said about its conflict.</param>
public sealed record TrialMerge(bool Clean, string Tree, IReadOnlyList<string> Paths, IReadOnlyDictionary<string, string> Messages)
{
    /// <summary>Reads the output of <c>merge-tree --write-tree -z --name-only --messages</c>.</summary>
    public static TrialMerge Parse(bool clean, string output)
    {
        string[] fields = output.Split('\0');
        int end = Array.IndexOf(fields, "", 1);
        if (end < 0)
            end = fields.Length;
        var paths = fields[1..end].ToList();
        var messages = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int at = end + 1; at < fields.Length && int.TryParse(fields[at], CultureInfo.InvariantCulture, out int count) && at + count + 2 < fields.Length;)
        {
            string type = fields[at + count + 1];
            if (type.StartsWith("CONFLICT", StringComparison.Ordinal))
            {
                foreach (string path in fields[(at + 1)..(at + 1 + count)])
                    messages[path] = messages.GetValueOrDefault(path) + fields[at + count + 2];
            }

            at += count + 3;
        }

        // Some conflicts, such as a directory renamed to two places, come without a conflicted path; the messages name one.
        if (!clean && paths.Count == 0)
            paths.AddRange(messages.Keys);
        return new TrialMerge(clean, fields[0], paths, messages);
    }
}
