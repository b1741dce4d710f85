using System.Text;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>Real processes that print what the CLI prints; the outcome is what they show, not what they exit with.</summary>
public sealed class ClaudeOutcomeTests : RunFixture
{
    private static readonly string Written = ClaudeStream.Tool("t1", "Write", new { file_path = "/repo/hello.txt", content = "hello" });

    [Fact]
    public async Task A_run_that_did_its_work_is_completed_with_exact_costs_and_a_readable_output()
    {
        RunResult result = await PrintAsync(0,
            ClaudeStream.Init(), ClaudeStream.Text("I will write a file.\nA second line."), Written, ClaudeStream.ToolResult("t1", "File created"),
            ClaudeStream.Result(new { result = "Done." }, cost: 0.0209, input: 4600, output: 125));

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Null(result.Error);
        Assert.Equal("I will write a file.\nA second line.\n[Write] /repo/hello.txt\nDone.\n", result.OutputTail);
        Assert.Equal(new RunUsage(0.0209m, 4600, 125, Estimated: false), result.Usage);
    }

    public static TheoryData<string, int, RunStatus, string> Ends() => new()
    {
        // An API failure calls itself a success.
        { ClaudeStream.Result(new { is_error = true, api_error_status = 401, terminal_reason = "api_error", result = "Invalid API key" }), 1, RunStatus.Failed, "Invalid API key" },
        { ClaudeStream.Result(new { is_error = true, api_error_status = 429, result = "Too many requests" }), 1, RunStatus.Quota, "Too many requests" },
        { ClaudeStream.Result(new { is_error = true, api_error_status = 529, result = "Overloaded" }), 1, RunStatus.Quota, "Overloaded" },
        { ClaudeStream.Result(new { is_error = true, result = "You've hit your limit · resets 3pm" }), 1, RunStatus.Quota, "resets 3pm" },
        { ClaudeStream.Result(new { is_error = true, subtype = "error_max_turns", terminal_reason = "max_turns", errors = new[] { "Reached maximum number of turns (3)" } }), 1, RunStatus.BudgetExceeded, "turns (3)" },
        { ClaudeStream.Result(new { is_error = true, subtype = "error_max_budget_usd", terminal_reason = "budget_exhausted", errors = new[] { "Reached maximum budget ($0.005)" } }), 1, RunStatus.BudgetExceeded, "$0.005" },
        // An interrupt exits with 0.
        { ClaudeStream.Result(new { is_error = true, subtype = "error_during_execution", terminal_reason = "aborted_tools", errors = Array.Empty<string>() }), 0, RunStatus.Failed, "error_during_execution" },
        { ClaudeStream.System("session_writes_lost", new { error_code = "ENOSPC" }) + "\n" + ClaudeStream.Result(new { result = "Done." }), 0, RunStatus.Failed, "ENOSPC" },
        { ClaudeStream.Result(new { result = "Done." }), 3, RunStatus.Failed, "exit code 3" },
        { "Not logged in · Please run /login", 1, RunStatus.Failed, "Please run /login" },
        { ClaudeStream.Init(), 0, RunStatus.Failed, "without a result" },
        { "", 0, RunStatus.Failed, "printed nothing" },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task What_it_printed_decides(string output, int exitCode, RunStatus status, string reason)
    {
        RunResult result = await PrintAsync(exitCode, output.Length == 0 ? [] : [output]);

        Assert.Equal(status, result.Status);
        Assert.Contains(reason, result.Error);
    }

    [Fact]
    public async Task Denied_calls_fail_a_run_only_when_there_were_no_others()
    {
        string other = ClaudeStream.Tool("t2", "Bash", new { command = "ls" });
        string denied = ClaudeStream.System("permission_denied", new { tool_use_id = "t2" });
        string result = ClaudeStream.Result(new { result = "I could not.", permission_denials = new[] { new { tool_name = "Write", tool_use_id = "t1" } } });

        RunResult all = await PrintAsync(0, Written, other, denied, result);
        RunResult some = await PrintAsync(0, Written, other, result);

        Assert.Equal(RunStatus.Failed, all.Status);
        Assert.Contains("allowed_tools", all.Error);
        Assert.Equal(RunStatus.Completed, some.Status);
    }

    [Fact]
    public async Task Of_several_results_the_last_one_counts_and_costs_are_not_counted_twice()
    {
        RunResult result = await PrintAsync(0,
            ClaudeStream.Result(new { is_error = true, result = "Not yet" }, cost: 0.01, input: 2000, output: 100),
            ClaudeStream.Init(), ClaudeStream.Text("notified", "msg_2"),
            ClaudeStream.Result(new { result = "notified" }, cost: 0.015, input: 3000, output: 150));

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal(new RunUsage(0.015m, 3000, 150, Estimated: false), result.Usage);
    }

    [Fact]
    public async Task A_run_without_result_has_an_estimate()
    {
        string text = new('x', 400);

        RunResult result = await PrintAsync(143, ClaudeStream.Init(), ClaudeStream.Text(text), ClaudeStream.Text(text), ClaudeStream.Text(text, "msg_2"));

        Assert.Equal(new RunUsage(null, 2 * 1320, 300, Estimated: true), result.Usage);
    }

    [Fact]
    public async Task Standard_error_does_not_break_events_and_tells_why_there_is_no_result()
    {
        RunResult result = await RunClaudeAsync("printf '{\"type\":\"sys'; echo 'node: out of memory' >&2; echo 'tem\",\"subtype\":\"init\"}'; exit 134");

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Contains("node: out of memory", result.Error);
        Assert.DoesNotContain("subtype", result.OutputTail);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_and_lines_of_any_length_are_read()
    {
        string invalid = ClaudeStream.Text("caf?");
        byte[] bytes = [.. Encoding.UTF8.GetBytes(invalid[..invalid.IndexOf('?')]), 0xE9, .. Encoding.UTF8.GetBytes(invalid[(invalid.IndexOf('?') + 1)..]), (byte)'\n'];
        string halfSurrogate = ClaudeStream.Text("half").Replace("half", "half \\ud800");
        string huge = ClaudeStream.ToolResult("t1", new string('y', 3_000_000));
        string deep = $$"""{"type":"user","x":{{new string('[', 2000)}}{{new string(']', 2000)}}}""";
        File.WriteAllBytes(InWork("stream"),
            [.. bytes, .. "\0\u0001\n"u8, .. Encoding.UTF8.GetBytes($"{halfSurrogate}\n{huge}\n{deep}\n{ClaudeStream.Result(new { result = "Done." })}")]);

        RunResult result = await RunClaudeAsync($"cat '{InWork("stream")}'");

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Null(result.Error);
        Assert.EndsWith("Done.\n", result.OutputTail);
    }

    [Fact]
    public async Task Events_that_tell_nothing_of_the_outcome_are_passed_over()
    {
        string[] subtypes =
            ["status", "api_retry", "task_started", "task_progress", "task_updated", "task_notification", "background_tasks_changed", "model_fallback", "informational", "thinking_tokens", "of_tomorrow"];
        RunResult result = await PrintAsync(0,
        [
            ClaudeStream.Init(), .. subtypes.Select(s => ClaudeStream.System(s, new { task_id = "b1", is_error = true, error = "x" })),
            """{"type":"stream_event","event":{"type":"content_block_delta"}}""", """{"type":"of_tomorrow","result":"x","is_error":true}""", "[]", "null", "{}",
            ClaudeStream.Result(new { result = "Done." }),
        ]);

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Null(result.Error);
        Assert.Equal("Done.", result.Answer);
    }

    [Fact]
    public async Task Root_that_may_not_do_without_questions_is_told_in_the_clis_own_words()
    {
        const string Words = "--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons";

        RunResult result = await RunClaudeAsync($"echo '{Words}' >&2; exit 1");

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Contains(Words, result.Error);
    }

    [Fact]
    public async Task The_last_line_is_readable_while_the_run_goes_on()
    {
        File.WriteAllLines(InWork("stream"), [ClaudeStream.Init(), Written]);
        Observer observer = new();
        Task<RunResult> run = RunClaudeAsync($"cat '{InWork("stream")}'; while [ ! -e '{InWork("go")}' ]; do sleep 0.02; done", observer);

        await UntilAsync(() => observer.Last == "[Write] /repo/hello.txt");
        File.WriteAllText(InWork("go"), "");

        Assert.Equal(RunStatus.Failed, (await run).Status);
    }

    [Fact]
    public async Task A_time_limit_stays_a_time_limit() =>
        Assert.Equal(RunStatus.TimedOut, (await RunClaudeAsync($"echo '{ClaudeStream.Init()}'; exec sleep 1000", timeoutSeconds: 1)).Status);

    private Task<RunResult> PrintAsync(int exitCode, params string[] lines)
    {
        string file = InWork($"stream-{Guid.NewGuid():N}");
        File.WriteAllLines(file, lines);
        return RunClaudeAsync($"cat '{file}'; exit {exitCode}");
    }

    private Task<RunResult> RunClaudeAsync(string script, IRunObserver? observer = null, int timeoutSeconds = 60)
    {
        string id = $"{RunId}-{Guid.NewGuid():N}";
        AgentCommand command = new(["/bin/sh", "-c", script], null, ClientModes.ClaudeCode);
        AgentRun run = new(id, null, Work, Work, "prompt", command, timeoutSeconds, null);
        RunRequest request = new(id, null, Work, command.Argv, run.Prompt, null, TimeSpan.FromSeconds(timeoutSeconds)) { KeepsStreamsApart = true };
        return Engine(observer).RunAsync(request, _ => Task.CompletedTask, Test, new ClaudeClient(run));
    }

    private sealed class Observer : IRunObserver
    {
        public Task BegunAsync(AgentRun run, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task EndedAsync(AgentRun run, RunResult result, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task BegunAgainAsync(string sessionId, DateTimeOffset at, bool continues, CancellationToken cancellationToken) => Task.CompletedTask;

        public string? Last { get; private set; }

        public Task LastLineAsync(string runId, string line, CancellationToken cancellationToken)
        {
            Last = line;
            return Task.CompletedTask;
        }
    }
}
