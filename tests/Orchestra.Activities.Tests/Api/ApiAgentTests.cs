using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestra.Activities.Agents;
using Orchestra.Activities.Agents.Api;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Processes;
using Orchestra.Activities.Tests.Runs;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Testing;
using static Orchestra.Testing.FakeMessagesApi;

namespace Orchestra.Activities.Tests.Api;

/// <summary>The program for <c>api</c> agents as the host runs it, against a stand-in for the Messages API.</summary>
public sealed class ApiAgentTests : RunFixture
{
    private const string Key = "sk-test-0123456789";

    private readonly ApiConfig config = new() { MaxRetries = 2, CommandTimeoutSeconds = 20 };

    [Fact]
    public async Task An_agent_changes_code_with_its_tools_and_tells_what_it_cost()
    {
        using FakeMessagesApi api = new(
            Calls("bash", new { command = "echo one > a.txt; cd /tmp; MARK=kept" }),
            Calls("str_replace_based_edit_tool", new { command = "str_replace", path = InWork("a.txt"), old_str = "one", new_str = "two" }),
            Calls("bash", new { command = "echo $MARK in $PWD; echo ${ANTHROPIC_API_KEY-no key}; exit 3" }),
            Says("I wrote a.txt."));

        RunResult result = await RunAsync(api);

        Assert.Null(result.Error);
        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal("two\n", Read("a.txt"));
        Assert.Equal("I wrote a.txt.", result.Answer);
        // 4 replies of 1,000 and 50 tokens at 4 and 20 dollars per million.
        Assert.Equal(new RunUsage(0.02m, 4000, 200, Estimated: false), result.Usage);
        Assert.Contains("[str_replace_based_edit_tool] ", result.OutputTail);
        Assert.Contains(Key, api.Heads.First());
        JsonArray messages = api.Requests.Last()["messages"]!.AsArray();
        Assert.Equal("Build it", (string)messages[0]!["content"]![0]!["text"]!);
        string shell = (string)messages[^1]!["content"]![0]!["content"]!;
        Assert.StartsWith("kept in /tmp\nno key\n", shell);
        Assert.Equal(["bash", "str_replace_based_edit_tool"], api.Requests.First()["tools"]!.AsArray().Select(t => (string)t!["name"]!));
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_command_over_its_time_leaves_no_process_though_the_agent_goes_on()
    {
        config.CommandTimeoutSeconds = 10;
        // One in a session of its own, one that lost its parent, and a daemon that hides environment and folder, too.
        string family = $"""
            setsid sh -c 'echo $$ > one; exec sleep 1000' &
            (setsid sh -c 'echo $$ > two; exec sleep 1000' &)
            (cd / && exec env -i setsid /bin/sh -c 'echo $$ > {InWork("three")}; exec /bin/sleep 1000' &)
            while :; do sleep 0.1; done
            """;
        using FakeMessagesApi api = new(
            Calls("bash", new { command = family }),
            Calls("bash", new { command = "for name in one two three; do kill -0 $(cat $name) 2>&1 | grep -o 'No such process'; done" }), Says("Done."));

        RunResult result = await RunAsync(api);

        Assert.Equal((RunStatus.Completed, "Done."), (result.Status, result.Answer));
        List<string> told = [.. api.Requests.Last()["messages"]!.AsArray().Select(m => m!["content"]![0]!["content"]).OfType<JsonValue>().Select(v => (string)v!)];
        Assert.Contains("Ended after 10 s, with all that the shell had started", told[0]);
        Assert.Equal(["No such process", "No such process", "No such process"], told[1].Trim().Split('\n'));
    }

    [Fact]
    public async Task What_a_command_left_in_the_background_lasts_to_the_next_one_and_ends_with_the_run()
    {
        using FakeMessagesApi api = new(
            Calls("bash", new { command = $"(cd / && exec env -i setsid /bin/sh -c 'echo $$ > {InWork("server")}; exec /bin/sleep 1000' &); while [ ! -s server ]; do sleep 0.05; done" }),
            Calls("bash", new { command = "kill -0 $(cat server) && echo serves" }), Says("Done."));

        RunResult result = await RunAsync(api);

        Assert.Equal("serves", ((string)api.Requests.Last()["messages"]!.AsArray()[^1]!["content"]![0]!["content"]!).Trim());
        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.False(IsAlive(int.Parse(Read("server"))));
    }

    [Fact]
    public async Task Turns_and_dollars_have_limits()
    {
        config.MaxTurns = 2;
        using FakeMessagesApi first = new(Calls("bash", new { command = "true" }), Calls("bash", new { command = "true" }), Says("never"));
        RunResult turns = await RunAsync(first, "turns");
        config.MaxTurns = 0;
        config.MaxBudgetUsd = 0.006m;
        using FakeMessagesApi second = new(Calls("bash", new { command = "true" }), Calls("bash", new { command = "true" }), Says("never"));
        RunResult dollars = await RunAsync(second, "dollars");

        Assert.Equal((RunStatus.BudgetExceeded, "Reached maximum number of turns (2)"), (turns.Status, turns.Error));
        Assert.Equal((RunStatus.BudgetExceeded, "Reached maximum budget ($0.006)"), (dollars.Status, dollars.Error));
        Assert.Equal(2, second.Requests.Count);
    }

    [Theory]
    [InlineData(429, RunStatus.Quota)]
    [InlineData(529, RunStatus.Quota)]
    [InlineData(401, RunStatus.Failed)]
    [InlineData(400, RunStatus.Failed)]
    public async Task A_refusal_that_lasts_ends_the_run(int status, RunStatus expected)
    {
        using FakeMessagesApi api = new([.. Enumerable.Repeat(Refuses(status, $"refused with {status}", "retry-after: 0\r\n"), 3)]);

        RunResult result = await RunAsync(api);

        Assert.True(expected == result.Status, result.OutputTail);
        Assert.Equal($"refused with {status}", result.Error);
        Assert.True(result.ApiFailed);
        Assert.Equal(status < 429 ? 1 : 3, api.Requests.Count);
    }

    [Theory]
    [InlineData(Fault.Cut)]
    [InlineData(Fault.Stall)]
    [InlineData(Fault.ErrorEvent)]
    public async Task A_broken_stream_is_asked_for_again_and_a_passing_refusal_too(Fault fault)
    {
        config.StallSeconds = fault == Fault.Stall ? 10 : 60;
        using FakeMessagesApi api = new(
            Refuses(529, "busy", "retry-after: 0\r\n"), Says("half") with { Fault = fault }, Says("Whole."));

        RunResult result = await RunAsync(api);

        Assert.Equal((RunStatus.Completed, "Whole."), (result.Status, result.Answer));
        Assert.Equal(3, api.Requests.Count);
        Assert.Equal(1000, result.Usage!.InputTokens);
    }

    [Fact]
    public async Task A_wait_that_the_api_asks_for_is_kept_but_not_an_endless_one()
    {
        using FakeMessagesApi api = new(Refuses(429, "slowly", "retry-after: 1\r\n"), Refuses(429, "come back tomorrow", "retry-after: 86400\r\n"));

        RunResult result = await RunAsync(api);

        Assert.Equal((RunStatus.Quota, "come back tomorrow"), (result.Status, result.Error));
        Assert.Equal(2, api.Requests.Count);
        Assert.True(result.CompletedAt - result.StartedAt > TimeSpan.FromSeconds(1));
        Assert.Contains("The API answered 429; attempt 1 of 2 follows.", result.OutputTail);
    }

    [Fact]
    public async Task A_stream_that_breaks_every_time_ends_the_run()
    {
        using FakeMessagesApi api = new([.. Enumerable.Repeat(Says("half") with { Fault = Fault.ErrorEvent }, 3)]);

        RunResult result = await RunAsync(api);

        Assert.Equal(RunStatus.Quota, result.Status);
        Assert.Equal(3, api.Requests.Count);
    }

    [Fact]
    public async Task A_host_and_agent_that_were_killed_go_on_in_the_same_conversation_with_exact_costs()
    {
        using FakeMessagesApi api = new(Calls("bash", new { command = $"echo begun > begun; exec sleep 1000" }), Says("Done after all."));
        Process.Start("git", ["init", "--quiet", Work]).WaitForExit();
        AgentRun run = Run(api, "");
        using CancellationTokenSource host = new();
        Task<RunResult> first = Activities().RunAgent(run, host.Token);
        await UntilAsync(() => File.Exists(InWork("begun")));
        await host.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        RunResult result = await Activities().RunAgent(run, Test);

        Assert.Equal((RunStatus.Completed, "Done after all."), (result.Status, result.Answer));
        JsonArray messages = api.Requests.Last()["messages"]!.AsArray();
        Assert.Equal("Build it", (string)messages[0]!["content"]![0]!["text"]!);
        Assert.StartsWith("Interrupted", (string)messages[^1]!["content"]![0]!["content"]!);
        Assert.Contains("started again", (string)messages[^1]!["content"]![1]!["text"]!);
        Assert.Equal(new RunUsage(0.01m, 2000, 100, Estimated: false), result.Usage);
    }

    [Fact]
    public async Task Hybrid_goes_on_with_the_cli_when_the_api_fails_and_says_so()
    {
        using FakeMessagesApi api = new(Calls("bash", new { command = "echo api > by.txt" }), Refuses(401, "no such key"));
        string stream = ClaudeStream.Result(new { result = "Finished by the CLI." });
        AgentCommand cli = new(["/bin/sh", "-c", $"cat >> prompt.txt; echo cli >> by.txt; echo '{stream}'", "claude"], null, ClientModes.ClaudeCode);
        AgentRun run = Run(api, "", ClientModes.Hybrid);

        RunResult result = await Activities().RunAgent(run with { Command = run.Command with { Fallback = cli } }, Test);

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal("api\ncli\n", Read("by.txt"));
        Assert.Equal("Build it", Read("prompt.txt"));
        Assert.Equal("The API failed (no such key); claude-code did the work.", result.ClientNote);
        Assert.Equal(new RunUsage(0.025m, 3000, 150, Estimated: false), result.Usage);
    }

    [Fact]
    public async Task Hybrid_does_not_turn_to_the_cli_for_a_failure_of_the_work()
    {
        config.MaxTurns = 1;
        using FakeMessagesApi api = new(Calls("bash", new { command = "true" }), Says("never"));
        AgentRun run = Run(api, "", ClientModes.Hybrid);

        RunResult result = await Activities().RunAgent(run with { Command = run.Command with { Fallback = new AgentCommand(["touch", InWork("fell-back")]) } }, Test);

        Assert.Equal(RunStatus.BudgetExceeded, result.Status);
        Assert.False(File.Exists(InWork("fell-back")));
    }

    private Task<RunResult> RunAsync(FakeMessagesApi api, string suffix = "") => Activities().RunAgent(Run(api, suffix), Test);

    private AgentRun Run(FakeMessagesApi api, string suffix, string client = ClientModes.Api)
    {
        config.BaseUrl = api.BaseUrl;
        return new AgentRun(RunId + suffix, null, Work, Work, "Build it", ApiCommands.Build(config, null, "", client), 60, null);
    }

    private RunActivities Activities() => new ServiceCollection()
        .AddLogging().AddSingleton(Data).AddSingleton(new RunsConfig { SnapshotSeconds = 0, Sandbox = new SandboxConfig { Mode = SandboxConfig.Off } }).AddSingleton(new ClientVariables(name => name == "ANTHROPIC_API_KEY" ? Key : null)).AddOrchestraGit().AddOrchestraRuns()
        .BuildServiceProvider().GetRequiredService<RunActivities>();
}
