using System.Text.RegularExpressions;
using Orchestra.Core.Output;

namespace Orchestra.Activities.Secrets;

/// <summary>Which arguments of a command line hold a secret: the value of an option of such a name, or what has the shape of a token.</summary>
internal static partial class SecretArguments
{
    public static IReadOnlyList<string> Close(IReadOnlyList<string> argv, Func<string, string> close) =>
        [.. argv.Select((argument, i) => IsSecret(argv, i) ? close(argument) : argument)];

    // What only looks encrypted must not be taken for what we encrypted.
    private static bool IsSecret(IReadOnlyList<string> argv, int i) =>
        IsValue(argv, i) || Value(argv[i]) is not null || Redactor.IsSecret("", argv[i]) || SecretSeal.IsClosed(argv[i]);

    /// <summary>What of a secret argument is to be masked.</summary>
    public static string Secret(string argument) => Value(argument) ?? argument;

    private static bool IsValue(IReadOnlyList<string> argv, int i) => i > 0 && Option().IsMatch(argv[i - 1]) && !argv[i].StartsWith('-');

    // --token=VALUE
    private static string? Value(string argument) =>
        argument.IndexOf('=', StringComparison.Ordinal) is > 0 and int at && at + 1 < argument.Length && Option().IsMatch(argument[..at]) ? argument[(at + 1)..] : null;

    [GeneratedRegex("^--?[a-z0-9_-]*((api|access|secret|private)[-_]?key|token|secret|password|passwd)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Option();
}
