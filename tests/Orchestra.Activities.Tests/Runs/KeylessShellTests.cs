using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Agents;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>The CLI gets its key; the commands that it runs for its model do not.</summary>
public sealed class KeylessShellTests : RunFixture
{
    // As the CLI calls it: the whole command line is one argument.
    private const string Client = """
        echo "client has $ANTHROPIC_API_KEY"
        "$CLAUDE_CODE_SHELL_PREFIX" 'eval "echo \"tool has ${ANTHROPIC_API_KEY-no key}, $OTHER, it'"'"'s in $PWD\"" && (exit 3)'
        echo "and ended with $?"
        """;

    [Theory]
    [InlineData("/bin/bash")]
    [InlineData("/usr/bin/fish")]
    [InlineData("")]
    public async Task A_command_of_the_cli_has_everything_but_the_key(string shell)
    {
        RunResult result = await RunAsync(Client, new() { ["OTHER"] = "other", ["SHELL"] = shell });

        Assert.Equal($"client has key-of-the-client\ntool has no key, other, it's in {Work}\nand ended with 3\n", result.OutputTail);
    }

    [Fact]
    public async Task A_prefix_of_ones_own_stands() => Assert.Equal(
        "/own\n", (await RunAsync("echo $CLAUDE_CODE_SHELL_PREFIX", new() { ["CLAUDE_CODE_SHELL_PREFIX"] = "/own" })).OutputTail);

    private Task<RunResult> RunAsync(string script, Dictionary<string, string> environment) => Activities().RunAgent(
        new AgentRun(RunId, null, Work, Work, "", new AgentCommand(["/bin/sh", "-c", script], environment, ClientModes.ClaudeCode, ["ANTHROPIC_API_KEY"]), 60, null), Test);

    private RunActivities Activities() => new ServiceCollection()
        .AddLogging().AddSingleton(Data).AddSingleton(new RunsConfig { SnapshotSeconds = 0 }).AddSingleton(new ClientVariables(name => name == "ANTHROPIC_API_KEY" ? "key-of-the-client" : null))
        .AddOrchestraGit().AddOrchestraRuns().BuildServiceProvider().GetRequiredService<RunActivities>();
}
