using System.Reflection;
using Orchestra.Client;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Cli.Demo;

/// <summary>What the demo launches: four scripted agents, of which the first two change the same line of <c>lib/help.sh</c>.</summary>
internal static class DemoProject
{
    private const string Team = "scripted";
    private const string ResourcePrefix = "tasks/";

    public static LaunchRequest Launch(SampleRepository sample) => new(
        "demo", sample.Path, SampleRepository.BuildCommand, SampleRepository.TestCommand,
        [.. Tasks().Select(task => new LaunchAgent(Team, task, Agent()))],
        FixCommand: Agent("--do", "say Keeping both sides of every conflict", "--do", "resolve"));

    /// <summary>Writes the configuration of the demo's host, which knows its one team; JSON is YAML too.</summary>
    public static async Task<string> WriteConfigAsync(string folder, CancellationToken cancellationToken)
    {
        string file = Path.Combine(folder, "orchestra.yml");
        var config = new
        {
            client = new { default_mode = "command", commands = new Dictionary<string, object> { ["default"] = new { argv = Agent().Argv } } },
            teams = new
            {
                enabled = true,
                definitions = new Dictionary<string, object>
                {
                    [Team] = new { description = "Does what its script says", teammates = new[] { new { name = "script", role = "Carry out the script", timeout_seconds = 60 } } },
                },
            },
        };
        await File.WriteAllTextAsync(file, Json.Write(config), cancellationToken);
        return file;
    }

    private static IEnumerable<string> Tasks()
    {
        Assembly assembly = typeof(DemoProject).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return reader.ReadToEnd();
        }
    }

    /// <summary>This very program as an agent, whether it was started by its own executable or by <c>dotnet</c>.</summary>
    private static CommandLine Agent(params string[] arguments)
    {
        string self = Environment.ProcessPath ?? throw new CliError("The path of this program is unknown, so it cannot start itself as an agent.");
        bool viaDotnet = Path.GetFileNameWithoutExtension(self).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string[] program = viaDotnet ? [self, typeof(DemoProject).Assembly.Location] : [self];
        return new CommandLine([.. program, "agent", .. arguments]);
    }
}
