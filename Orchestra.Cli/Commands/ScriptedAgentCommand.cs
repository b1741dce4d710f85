using System.CommandLine;

namespace Orchestra.Cli.Commands;

/// <summary>The scripted agent of the demo and the tests: does what the lines of its prompt say.</summary>
internal static class ScriptedAgentCommand
{
    public static Command Create()
    {
        var verbs = new Option<string[]>("--do")
        {
            Description = "A line to carry out in place of the prompt's, for example 'resolve'; may be repeated.",
        };
        var command = new Command("agent", "Carries out the `do:` lines of the prompt on standard input.") { verbs };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            string[] lines = parsed.GetValue(verbs) ?? [];
            // The prompt of a conflict quotes the tasks that led to it; --do keeps a resolving agent from doing those again.
            TextReader script = lines.Length == 0 ? Console.In : new StringReader(string.Join('\n', lines.Select(line => $"do: {line}")));
            return await ScriptedAgent.RunAsync(script, Environment.CurrentDirectory, Console.Out);
        });
        return command;
    }
}
