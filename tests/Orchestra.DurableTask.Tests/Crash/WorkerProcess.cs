using System.Diagnostics;

namespace Orchestra.DurableTask.Tests.Crash;

/// <summary>A worker process that can be killed after so many lines of its output: then it is in the middle of something.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process process;

    public WorkerProcess(string folder, int from, int to, bool finish)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Orchestra.CrashWorker.dll"));
        start.ArgumentList.Add(folder);
        start.ArgumentList.Add($"{from}");
        start.ArgumentList.Add($"{to}");
        if (finish)
            start.ArgumentList.Add("--finish");
        process = Process.Start(start)!;
        Errors = process.StandardError.ReadToEndAsync();
    }

    public int Id => process.Id;

    public Task<string> Errors { get; }

    /// <summary>Reads on until the worker has written so many lines or is idle; false when it has ended before.</summary>
    public async Task<bool> ReadLinesAsync(int count)
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        for (int i = 0; i < count; i++)
        {
            string? line = await process.StandardOutput.ReadLineAsync(limit.Token);
            if (line is null or "idle")
                return line is not null;
        }

        return true;
    }

    /// <summary>SIGKILL: nothing in the process gets to run any more.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        using var limit = new CancellationTokenSource(Eventually.Patience);
        await process.WaitForExitAsync(limit.Token);
    }

    public async Task EndAsync()
    {
        Assert.False(await ReadLinesAsync(int.MaxValue));
        using var limit = new CancellationTokenSource(Eventually.Patience);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"The worker ended with {process.ExitCode}: {await Errors}");
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }
}
