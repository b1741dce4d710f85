using System.Text;
using System.Text.RegularExpressions;

namespace Orchestra.Core;

/// <summary>
/// A pattern for paths in a repository, as in .gitignore: without a slash it means the file name in any folder, with one the whole path.
/// <c>*</c> and <c>?</c> stay inside a folder, <c>**</c> does not. Case does not matter: changelogs are spelled in every way.
/// </summary>
public sealed class PathPattern
{
    private readonly Regex expression;
    private readonly bool wholePath;

    public PathPattern(string pattern)
    {
        wholePath = pattern.Contains('/', StringComparison.Ordinal);
        expression = new Regex(Translate(pattern.TrimStart('/')), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    public static bool AnyMatches(IEnumerable<string> patterns, string path) => patterns.Any(pattern => new PathPattern(pattern).Matches(path));

    public bool Matches(string path) => expression.IsMatch(wholePath ? path : path[(path.LastIndexOf('/') + 1)..]);

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(@"\A");
        for (int at = 0; at < pattern.Length; at++)
        {
            bool folders = pattern.AsSpan(at).StartsWith("**");
            if (folders && pattern.AsSpan(at).StartsWith("**/"))
                text.Append("(?:.*/)?");
            else
                text.Append(folders ? ".*" : pattern[at] switch { '*' => "[^/]*", '?' => "[^/]", char other => Regex.Escape(other.ToString()) });
            at += folders ? (pattern.AsSpan(at).StartsWith("**/") ? 2 : 1) : 0;
        }

        return text.Append(@"\z").ToString();
    }
}
