using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>
/// A process that stands for the CLI is signalled by somebody else: it behaves as the CLI does, and a tool of its own session lives on.
/// </summary>
public sealed class ClaudeSignalTests : RunFixture
{
    private const int Interrupt = 2;
    private const string Tool = "setsid sleep 1000 & echo $! >tool; ";

    [Fact]
    public async Task An_interrupt_is_a_failure_though_its_exit_code_is_0()
    {
        string interrupted = ClaudeStream.Result(new { is_error = true, subtype = "error_during_execution", terminal_reason = "aborted_tools" });

        RunResult result = await SignalAsync(Interrupt, $"trap 'cat result; exit 0' INT; {Working}", ("result", interrupted));

        Assert.Equal((RunStatus.Failed, 0), (result.Status, result.ExitCode));
        Assert.Contains("error_during_execution", result.Error);
        Assert.Equal(new RunUsage(0.02m, 2000, 100, Estimated: false), result.Usage);
    }

    [Fact]
    public async Task A_termination_leaves_no_result_and_an_estimate()
    {
        RunResult result = await SignalAsync(Signals.Terminate, $"trap 'exit 143' TERM; {Working}");

        Assert.Equal((RunStatus.Failed, 143), (result.Status, result.ExitCode));
        Assert.Contains("without a result (exit code 143)", result.Error);
        Assert.True(result.Usage!.Estimated);
    }

    [Fact]
    public async Task A_kill_leaves_no_result_and_an_estimate()
    {
        RunResult result = await SignalAsync(Signals.Kill, Working);

        Assert.Equal((RunStatus.Failed, 137), (result.Status, result.ExitCode));
        Assert.Contains("without a result", result.Error);
        Assert.True(result.Usage!.Estimated);
    }

    private const string Working = Tool + "cat events; echo $$ >pid; while :; do sleep 0.05; done";

    private async Task<RunResult> SignalAsync(int signal, string script, params (string Name, string Line)[] files)
    {
        foreach ((string name, string line) in files.Append(("events", ClaudeStream.Init() + "\n" + ClaudeStream.Text("At work")))) File.WriteAllText(InWork(name), line + "\n");
        AgentRun run = new(RunId, null, Work, Work, "prompt", new AgentCommand(["/bin/sh", "-c", script], null, ClientModes.ClaudeCode), 60, null);
        RunRequest request = new(RunId, null, Work, run.Command.Argv, run.Prompt, null, TimeSpan.FromSeconds(60)) { KeepsStreamsApart = true };
        Task<RunResult> running = Engine().RunAsync(request, _ => Task.CompletedTask, Test, new ClaudeClient(run));

        int tool = await PidAsync("tool");
        Signals.Send(await PidAsync("pid"), signal);
        RunResult result = await running;

        Assert.False(IsAlive(tool));
        AssertNothingLeft();
        return result;
    }
}
