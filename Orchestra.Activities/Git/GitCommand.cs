using System.Text;

namespace Orchestra.Activities.Git;

/// <summary>One run of git: where, and with which arguments (never a shell).</summary>
public sealed record GitCommand(string Directory, params IReadOnlyList<string> Arguments)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Bytes for standard input; none when null.</summary>
    public byte[]? Input { get; init; }

    /// <summary>Variables on top of the fixed environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Exit codes that are an answer rather than a failure.</summary>
    public IReadOnlyList<int> ExitCodes { get; init; } = [0];

    /// <summary>Bytes of standard output that are kept; the rest is read and only counted.</summary>
    public int MaxOutput { get; init; } = int.MaxValue;

    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>
    /// Reads the user's own and the system's git configuration. Only for commands in the user's checkout, whose files must come out
    /// as the user's git would write them (line endings, large file filters).
    /// </summary>
    public bool UsesUserConfig { get; init; }

    public override string ToString() => "git " + string.Join(' ', Arguments);

    /// <summary>Lines or paths for <c>-z</c> readers.</summary>
    public static byte[] NulSeparated(IEnumerable<string> items) => Encoding.UTF8.GetBytes(string.Concat(items.Select(item => item + "\0")));
}

/// <param name="Output">Standard output, as bytes because blobs have no encoding.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Dropped">Bytes of standard output beyond <see cref="GitCommand.MaxOutput"/>.</param>
public sealed record GitResult(int ExitCode, byte[] Output, string Error, long Dropped = 0)
{
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>The single line that most plumbing commands print.</summary>
    public string Line => Text.TrimEnd('\n');

    /// <summary>The fields of <c>-z</c> output.</summary>
    public string[] Fields => Text.Split('\0', StringSplitOptions.RemoveEmptyEntries);
}
