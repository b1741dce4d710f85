using Orchestra.Activities.Processes;
using Orchestra.Core;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>Finds the Claude Code CLI: where the settings say, else in the usual folders, else on PATH.</summary>
/// <param name="cliPath">The setting <c>CLAUDE_CLI_PATH</c>.</param>
/// <param name="home">The user's home folder; installers put the CLI below it.</param>
/// <param name="searchPath">PATH.</param>
public sealed class ClaudeCli(string? cliPath, string? home, string? searchPath)
{
    private const string Program = "claude";

    /// <summary>Overridable by tests, which must not find what the machine has.</summary>
    public IReadOnlyList<string> CommonFolders { get; init; } = ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin"];

    /// <param name="configured"><c>client.claude_code.path</c>; empty when not set.</param>
    /// <param name="field">The field of the launch that asks for the CLI.</param>
    /// <exception cref="InputProblem">There is none; says how to get one.</exception>
    public string Find(string configured, string field)
    {
        if (configured.Length > 0) return Named(configured, "client.claude_code.path", field);
        if (!string.IsNullOrEmpty(cliPath)) return Named(cliPath, "CLAUDE_CLI_PATH", field);
        return Candidates().FirstOrDefault(IsProgram) ?? throw new InputProblem(field,
            "The Claude Code CLI was not found in the usual folders or on PATH. Install it (npm install -g @anthropic-ai/claude-code), "
            + "set CLAUDE_CLI_PATH to it, or choose another client_mode.");
    }

    public bool Exists(string configured)
    {
        try
        {
            return Find(configured, "").Length > 0;
        }
        catch (InputProblem)
        {
            return false;
        }
    }

    private static string Named(string path, string setting, string field) => IsProgram(path)
        ? path
        : throw new InputProblem(field, $"{setting} names {path}, which is not a full path of an executable file. Correct it, or choose another client_mode.");

    private IEnumerable<string> Candidates()
    {
        if (!string.IsNullOrEmpty(home))
        {
            yield return Path.Combine(home, ".claude", "local", Program);
            yield return Path.Combine(home, ".local", "bin", Program);
        }
        foreach (string folder in CommonFolders) yield return Path.Combine(folder, Program);
        // A relative entry would mean another program in each agent's worktree.
        foreach (string folder in (searchPath ?? "").Split(':').Where(Path.IsPathRooted)) yield return Path.Combine(folder, Program);
    }

    private static bool IsProgram(string path) => Path.IsPathRooted(path) && ProgramLookup.Find(path, "/", "") is null;
}
