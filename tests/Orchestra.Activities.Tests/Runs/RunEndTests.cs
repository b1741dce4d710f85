using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

public sealed class RunEndTests : RunFixture
{
    [Fact]
    public async Task Exit_code_0_is_a_completed_run_with_both_streams_in_its_output()
    {
        RunResult result = await RunAsync(Shell("echo out; echo err >&2; pwd"));

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal(0, result.ExitCode);
        Assert.Null(result.Error);
        Assert.Equal($"out\nerr\n{Work}\n", result.OutputTail);
        Assert.True(result.CompletedAt >= result.StartedAt);
    }

    [Fact]
    public async Task Another_exit_code_is_a_failed_run()
    {
        RunResult result = await RunAsync(Shell("echo broken; exit 7"));

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Equal(7, result.ExitCode);
        Assert.Equal("exit code 7", result.Error);
        Assert.Equal("broken\n", result.OutputTail);
    }

    [Fact]
    public async Task Death_by_a_signal_is_a_failed_run()
    {
        RunResult result = await RunAsync(Shell("kill -KILL $$"));

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Equal(137, result.ExitCode);
    }

    [Fact]
    public async Task A_killed_supervisor_is_a_failed_run_and_takes_the_agent_with_it()
    {
        RunResult result = await RunAsync(Shell("kill -KILL $PPID; exec sleep 1000"));

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Null(result.ExitCode);
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("no-such-program-anywhere", 127, "was not found on PATH")]
    [InlineData("./no-such-file", 127, "was not found")]
    [InlineData("./plain-file", 126, "is not executable")]
    public async Task A_program_that_cannot_be_started_is_named(string program, int code, string error)
    {
        File.WriteAllText(InWork("plain-file"), "");

        RunResult result = await RunAsync(Shell("") with { Argv = [program] });

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(program, result.Error);
        Assert.Contains(error, result.Error);
    }

    [Fact]
    public async Task A_prompt_too_long_for_an_argument_says_where_to_put_it()
    {
        RunResult result = await RunAsync(Shell(new string('x', 200_000)));

        Assert.Equal(RunStatus.Failed, result.Status);
        Assert.Contains("standard input", result.Error);
    }

    [Fact]
    public async Task A_prompt_of_a_megabyte_arrives_whole_on_standard_input()
    {
        string prompt = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i:D10}ü"));

        RunResult result = await RunAsync(Shell("cat >received", prompt));

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal(prompt, Read("received"));
    }

    [Fact]
    public async Task Standard_input_without_a_prompt_is_empty_and_closed()
    {
        RunResult result = await RunAsync(Shell("cat; echo end"));

        Assert.Equal("end\n", result.OutputTail);
    }

    [Fact]
    public async Task A_huge_line_is_cut_to_its_last_4_KB()
    {
        RunResult result = await RunAsync(Shell("head -c 5000000 /dev/zero | tr '\\0' x; printf END"));

        Assert.Equal(RunStatus.Completed, result.Status);
        Assert.Equal(OutputTail.Bytes, result.OutputTail.Length);
        Assert.EndsWith("xEND", result.OutputTail);
    }

    [Fact]
    public async Task Binary_output_becomes_valid_text_of_at_most_4_KB()
    {
        RunResult result = await RunAsync(Shell("head -c 100000 /dev/urandom; printf '\\0\\377\\376ü'"));

        byte[] bytes = new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(result.OutputTail);
        Assert.InRange(bytes.Length, 1, OutputTail.Bytes);
        Assert.DoesNotContain('\0', result.OutputTail);
        Assert.EndsWith("ü", result.OutputTail);
    }

    [Fact]
    public async Task The_environment_is_scrubbed_and_marked()
    {
        RunRequest request = Shell("env", projectId: "project-1") with
        {
            Environment = new Dictionary<string, string> { ["CLAUDE_CONFIG_DIR"] = "/own" },
        };
        string[] kept = ["CLAUDE_TEST_LEAK", "ORCHESTRA_API_KEY", "AzureWebJobsTest", "OTEL_TEST_HEADERS"];
        foreach (string name in kept)
            Environment.SetEnvironmentVariable(name, "secret");

        await RunAsync(request);
        string[] whole = File.ReadAllLines(Path.Combine(Data.Run(RunId), "output.log"));

        Assert.DoesNotContain(whole, l => kept.Any(l.StartsWith) || l.StartsWith("GIT_"));
        Assert.Contains("CLAUDE_CONFIG_DIR=/own", whole);
        Assert.Contains($"ORCHESTRA_RUN={RunId}", whole);
        Assert.Contains("ORCHESTRA_PROJECT=project-1", whole);
    }
}
