using System.Diagnostics;

namespace Orchestra.Functions.Tests;

/// <summary>The host as a process of its own, so that it can be killed with SIGKILL and started again on the same data.</summary>
/// <param name="settings">Further ones, as command line arguments.</param>
internal sealed class HostProcess(string dataFolder, int port, params string[] settings) : IDisposable
{
    private Process? process;

    public void Start()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[]
        {
            Path.Combine(AppContext.BaseDirectory, "Orchestra.Functions.dll"),
            "--urls", $"http://127.0.0.1:{port}",
            "--ORCHESTRA_DATA", dataFolder,
            "--ORCHESTRA_CONFIG", Path.Combine(AppContext.BaseDirectory, "orchestra.test.yml"),
            "--Logging:LogLevel:Default", "Warning",
        }.Concat(settings))
        {
            start.ArgumentList.Add(argument);
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => TestContext.Current.TestOutputHelper?.WriteLine(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => TestContext.Current.TestOutputHelper?.WriteLine(e.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public void Kill()
    {
        process!.Kill();
        // Not for the end of its output too, which an agent that runs on may hold open.
        Assert.True(process.WaitForExit(Eventually.Patience));
        process.Dispose();
        process = null;
    }

    public void Dispose()
    {
        if (process is not null)
            Kill();
    }
}
