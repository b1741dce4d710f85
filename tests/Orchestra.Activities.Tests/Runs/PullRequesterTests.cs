using System.Diagnostics;
using Orchestra.Activities.Processes;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>The command that asks for a pull request runs in a person's own repository.</summary>
public sealed class PullRequesterTests : RunFixture
{
    private const string Waits = "while [ ! -e go ]; do sleep 0.05; done";

    [Fact]
    public async Task Its_end_spares_whatever_else_works_in_the_repository()
    {
        // As a development server whose terminal was closed, and as an agent of ours whose worktree lies in the repository.
        int daemon = await DaemonAsync("daemon", $"setsid sh -c 'echo $$ >daemon; {Waits}' &");
        int agent = await DaemonAsync("agent", $"{ProcessTree.Marker}=other setsid sh -c 'echo $$ >agent; {Waits}' &");

        RunResult result = await new PullRequester(Engine()).RunAsync(
            new PullRequest(RunId, "p", Work, "setsid sleep 1000 & echo $! >own; echo asked", "Title", "origin", "branch", "main", "c0ffee"), Test);

        Assert.Equal("asked\n", result.OutputTail);
        Assert.True(IsAlive(daemon));
        Assert.True(IsAlive(agent));
        Assert.False(IsAlive(int.Parse(Read("own"))));
        File.WriteAllText(InWork("go"), "");
        await UntilAsync(() => !IsAlive(daemon) && !IsAlive(agent));
    }

    private async Task<int> DaemonAsync(string name, string script)
    {
        using Process shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { WorkingDirectory = Work })!;
        await shell.WaitForExitAsync(Test);
        return await PidAsync(name);
    }
}
