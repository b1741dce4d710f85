using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Orchestra.Client;

namespace Orchestra.Bench;

/// <summary><c>orchestra up</c> as a process of its own, so that measuring and being measured do not share one.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private HostProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
        Client = new OrchestraClient(address);
    }

    public Uri Address { get; }

    /// <summary>Megabytes of memory that the host has now.</summary>
    public double Memory()
    {
        _process.Refresh();
        return _process.WorkingSet64 / 1024.0 / 1024.0;
    }

    public OrchestraClient Client { get; }

    public static async Task<HostProcess> StartAsync(string data, string config)
    {
        int port = FreePort();
        string cli = Path.Combine(AppContext.BaseDirectory, "Orchestra.Cli.dll");
        var start = new ProcessStartInfo("dotnet", [cli, "up", "--data", data, "--port", $"{port}", "--config", config]) { RedirectStandardOutput = true };
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var host = new HostProcess(process, new Uri($"http://127.0.0.1:{port}/"));
        var waited = Stopwatch.StartNew();
        while (!await host.Client.IsHealthyAsync(CancellationToken.None))
        {
            if (process.HasExited)
                throw new InvalidOperationException($"The host ended with {process.ExitCode} before it answered.");
            if (waited.Elapsed > Patience)
                throw new TimeoutException($"The host did not answer within {Patience.TotalSeconds} seconds.");
            await Task.Delay(20);
        }

        return host;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            await Processes.RunAsync("kill", "-TERM", $"{_process.Id}");
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
