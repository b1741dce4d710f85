using System.Text.Json;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.ApiAgent;

/// <summary>The command line: <c>--settings JSON --state FOLDER (--session-id ID | --resume ID) [--tools all|editor]</c>.</summary>
/// <param name="HasShell">Whether the model may run commands; it may always edit files.</param>
internal sealed record Arguments(ApiAgentSettings Settings, string StateFolder, string Session, bool Resumes, bool HasShell)
{
    private const string AllTools = "all";
    private const string OnlyEditor = "editor";

    /// <exception cref="FormatException">Names what is missing or wrong.</exception>
    public static Arguments Parse(string[] args)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < args.Length; i += 2)
        {
            if (args[i] is not ("--settings" or "--state" or "--session-id" or "--resume" or "--tools") || i + 1 == args.Length)
                throw new FormatException($"'{args[i]}' is not an option with a value. Known: --settings, --state, --session-id, --resume, --tools.");
            values[args[i]] = args[i + 1];
        }

        string? resumed = values.GetValueOrDefault("--resume");
        string session = resumed ?? values.GetValueOrDefault("--session-id") ?? throw new FormatException("--session-id or --resume is missing.");
        // It becomes a file's name.
        if (!Guid.TryParse(session, out _)) throw new FormatException($"'{session}' is not a session id.");
        string state = values.GetValueOrDefault("--state") ?? throw new FormatException("--state is missing.");
        string tools = values.GetValueOrDefault("--tools") ?? AllTools;
        if (tools is not (AllTools or OnlyEditor)) throw new FormatException($"--tools must be {AllTools} or {OnlyEditor}, not '{tools}'.");
        try
        {
            string settings = values.GetValueOrDefault("--settings") ?? throw new FormatException("--settings is missing.");
            return new Arguments(Json.Read<ApiAgentSettings>(settings), state, session, resumed is not null, tools == AllTools);
        }
        catch (JsonException e)
        {
            throw new FormatException($"--settings is not what was expected: {e.Message}");
        }
    }
}
