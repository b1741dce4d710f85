using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Claude;

/// <summary>
/// Has the CLI run its shell commands through a script that takes the CLI's keys out of their environment. It keeps keys out of builds, tests
/// and what they print; a command that looks for them in other processes still finds them.
/// </summary>
internal static class KeylessShell
{
    private const string Variable = "CLAUDE_CODE_SHELL_PREFIX";

    // From here on the CLI takes the value for options.
    private const string Options = " -";

    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "keyless-shell.sh");

    /// <summary>The environment of a command with it, where the command is the CLI's and has no prefix of its own.</summary>
    public static IReadOnlyDictionary<string, string>? Environment(AgentCommand command)
    {
        bool isClaude = command.Client is ClientModes.ClaudeCode or ClientModes.AgentTeams;
        if (!isClaude || command.Environment?.ContainsKey(Variable) == true) return command.Environment;
        // A prefix that cannot be run would fail every command.
        if (Script.Contains(Options, StringComparison.Ordinal) || ProgramLookup.Find(Script, "/", "") is not null) return command.Environment;
        return new Dictionary<string, string>(command.Environment ?? new Dictionary<string, string>(), StringComparer.Ordinal) { [Variable] = Script };
    }
}
