using System.Text;
using System.Text.RegularExpressions;

namespace Orchestra.Core.Output;

/// <summary>
/// Masks secrets in text that others will read: values known from the environment, and what has the shape of a token. A mask has as many
/// bytes as what it covers, so that byte offsets into an output stay true.
/// </summary>
public sealed partial class Redactor
{
    private const int ShortestSecret = 8;
    // One character per byte, so that every output can be searched, whatever its encoding.
    private sealed record Known(string[] Texts, string[] Bytes);

    private readonly Lock learning = new();
    private volatile Known known;

    /// <param name="secrets">Values that must never be shown; short ones are left out, since masking them would tell where they occur in ordinary words.</param>
    public Redactor(IEnumerable<string> secrets) => known = Of(secrets);

    /// <summary>More secrets, from now on.</summary>
    public void Learn(IEnumerable<string> secrets)
    {
        List<string> more = [.. secrets.Except(known.Texts, StringComparer.Ordinal)];
        if (more.Count == 0) return;
        lock (learning) known = Of(known.Texts.Concat(more));
    }

    /// <summary>By the variable's name or the shape of its value.</summary>
    public static bool IsSecret(string name, string value) => SecretName().IsMatch(name) || Token().IsMatch(value);

    private static Known Of(IEnumerable<string> secrets)
    {
        // The longest first: one may be part of another.
        string[] texts = [.. secrets.Where(s => s.Length >= ShortestSecret).Distinct(StringComparer.Ordinal).OrderByDescending(s => s.Length)];
        return new Known(texts, [.. texts.Select(s => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(s)))]);
    }

    /// <summary>The environment's values whose names say that they are secret.</summary>
    public static Redactor FromEnvironment(IEnumerable<KeyValuePair<string, string?>> environment) =>
        new(environment.Where(v => v.Value is not null && SecretName().IsMatch(v.Key)).SelectMany(v => Parts(v.Value!)));

    public string Redact(string text) => Redact(text, known.Texts, Utf8Mask);

    /// <summary>The same for bytes that need not be valid text; as many come out as went in.</summary>
    public byte[] Redact(ReadOnlySpan<byte> bytes) =>
        Encoding.Latin1.GetBytes(Redact(Encoding.Latin1.GetString(bytes), known.Bytes, s => new string('*', s.Length)));

    private static string Redact(string text, string[] secrets, Func<string, string> mask)
    {
        foreach (string secret in secrets)
        {
            if (text.Contains(secret, StringComparison.Ordinal))
                text = text.Replace(secret, mask(secret), StringComparison.Ordinal);
        }

        return Token().Replace(text, match => match.Groups["secret"] is { Success: true } part
            ? string.Concat(match.Value.AsSpan(0, part.Index - match.Index), mask(part.Value), match.Value.AsSpan(part.Index - match.Index + part.Length))
            : mask(match.Value));
    }

    private static string Utf8Mask(string secret) => new('*', Encoding.UTF8.GetByteCount(secret));

    // Several keys in one variable are NAME:ROLE:KEY with commas between.
    private static IEnumerable<string> Parts(string value) =>
        value.Split([',', ';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .SelectMany(p => new[] { p, p[(p.LastIndexOf(':') + 1)..] }).Append(value);

    [GeneratedRegex("(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|CONNECTION_?STRING)S?$|^AzureWebJobsStorage$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex(
        """
        (?<![A-Za-z0-9_])(?:
            sk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}
          | gh[pousr]_[A-Za-z0-9]{30,} | github_pat_[A-Za-z0-9_]{40,} | glpat-[A-Za-z0-9_-]{20,}
          | (?:AKIA|ASIA)[A-Z0-9]{16}
          | xox[abeoprs]-[A-Za-z0-9-]{10,}
          | AIza[A-Za-z0-9_-]{35}
          | npm_[A-Za-z0-9]{36} | pypi-[A-Za-z0-9_-]{50,}
          | eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}
        )
        | (?i:\bbearer\s+|x-functions-key:\s*|\baccountkey=)(?<secret>[A-Za-z0-9._~+/=-]{16,})
        | (?<=://[^\s:/@]{0,100}:)(?<secret>[^\s:/@]{3,200})(?=@)
        | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----(?<secret>[\s\S]{1,20000}?)(?:-----END|\z)
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
