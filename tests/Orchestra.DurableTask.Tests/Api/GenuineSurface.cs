using System.Text.RegularExpressions;

namespace Orchestra.DurableTask.Tests.Api;

/// <summary>A public type: how it is declared and what it has.</summary>
internal sealed record SurfaceType(string Head, HashSet<string> Members);

/// <summary>Reads <c>genuine-surface.txt</c>. Types are keyed by namespace and name.</summary>
internal static partial class GenuineSurface
{
    private const string NamespaceMark = "// namespace ";

    public static Dictionary<string, SurfaceType> Read()
    {
        var types = new Dictionary<string, SurfaceType>(StringComparer.Ordinal);
        string space = "";
        SurfaceType? current = null;
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Api", "genuine-surface.txt")))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith(NamespaceMark, StringComparison.Ordinal))
            {
                space = line[NamespaceMark.Length..].Trim();
            }
            else if (line.StartsWith("    ", StringComparison.Ordinal))
            {
                current!.Members.Add(Normal(line));
            }
            else
            {
                string key = $"{space}.{NameIn(line)}";
                current = types.TryGetValue(key, out SurfaceType? known) ? known : types[key] = new SurfaceType(NormalHead(line), []);
            }
        }

        return types;
    }

    /// <summary>Accessors that others cannot call, and remarks, are no part of a signature.</summary>
    private static string Normal(string member) => HiddenAccessor().Replace(member.Split("  //")[0].Trim(), "");

    /// <summary>The order of interfaces means nothing; what an attribute may be put on does.</summary>
    private static string NormalHead(string head)
    {
        string[] parts = head.Split("  //", 2);
        string remark = parts.Length > 1 && parts[1].Contains("AttributeUsage(", StringComparison.Ordinal) ? "  //" + parts[1].TrimEnd() : "";
        string[] sides = parts[0].TrimEnd().Split(" : ", 2);
        if (sides.Length < 2)
            return sides[0] + remark;
        List<string> bases = [.. TopLevelComma().Split(sides[1])];
        bool interfaceFirst = sides[0].Contains(" interface ", StringComparison.Ordinal) || IsInterface(bases[0]);
        IEnumerable<string> sorted = interfaceFirst ? bases.Order(StringComparer.Ordinal) : bases.Take(1).Concat(bases.Skip(1).Order(StringComparer.Ordinal));
        return $"{sides[0]} : {string.Join(", ", sorted)}{remark}";
    }

    private static bool IsInterface(string name) => name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]);

    private static string NameIn(string head)
    {
        string text = head.Split("  //")[0].TrimEnd();
        if (text.Contains(" delegate ", StringComparison.Ordinal))
            return text[..text.IndexOf('(', StringComparison.Ordinal)].Split(' ')[^1];
        return Kind().Match(text.Split(" : ")[0]).Groups["name"].Value.Trim();
    }

    [GeneratedRegex(@" (private|internal) (set|init);")]
    private static partial Regex HiddenAccessor();

    [GeneratedRegex(@", (?![^<]*>)")]
    private static partial Regex TopLevelComma();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum) (?<name>.+)$")]
    private static partial Regex Kind();
}
