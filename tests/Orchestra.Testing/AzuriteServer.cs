using System.Diagnostics;
using System.Net.Sockets;

namespace Orchestra.Testing;

/// <summary>
/// The table service of Azurite, the emulator of Azure Storage, on a free loopback port with a folder of its own.
/// A shell holds it, which ends it when its input closes: nothing stays behind, even if the test process is killed.
/// </summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    /// <summary>The emulator's well-known account; no secret.</summary>
    private const string Account = "devstoreaccount1";
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string Holder = "node \"$@\" & child=$!; read -r signal; kill -${signal:-INT} $child; wait $child";

    private readonly string folder = Directory.CreateTempSubdirectory("orchestra-azurite-").FullName;
    private readonly int port = FreePort.Next();
    private Process? process;

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};TableEndpoint=http://127.0.0.1:{port}/{Account};";

    public static async Task<AzuriteServer> StartNewAsync()
    {
        var server = new AzuriteServer();
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server on its port and folder and waits until it listens.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "-c", Holder, "sh", Program(), "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            "--location", folder, "--tableHost", "127.0.0.1", "--tablePort", $"{port}",
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await WaitUntilItListensAsync();
    }

    /// <summary>Ends the server with SIGINT, the one signal at which it saves what it acknowledged; otherwise it saves every five seconds.</summary>
    public Task StopAsync() => EndAsync("INT");

    /// <summary>Ends the server with SIGKILL, once a text is in its folder.</summary>
    public async Task KillAsync(string saved)
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await IsSavedAsync(saved, limit.Token))
            await look.WaitForNextTickAsync(limit.Token);
        await EndAsync("KILL");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> IsSavedAsync(string text, CancellationToken cancellationToken)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*.json"))
        {
            if ((await File.ReadAllTextAsync(file, cancellationToken)).Contains(text, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private async Task EndAsync(string signal)
    {
        if (process is null)
            return;
        await process.StandardInput.WriteLineAsync(signal);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    private async Task WaitUntilItListensAsync()
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await look.WaitForNextTickAsync(limit.Token))
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }
    }

    private static string Program()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string program = Path.Combine(at.FullName, "tests", "azurite", "node_modules", "azurite", "dist", "src", "table", "main.js");
            if (File.Exists(program))
                return program;
        }

        throw new InvalidOperationException("Azurite is not installed; run build/test-dependencies.sh, which needs node and npm.");
    }
}
