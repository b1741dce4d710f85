using System.Diagnostics;
using System.Reflection;

namespace Orchestra.Testing;

/// <summary>The <c>orchestra</c> command as a process of its own that listens; disposing kills it.</summary>
public sealed class CliProcess : IDisposable
{
    // The machine may have much else to do.

    private readonly Process process;

    private CliProcess(Process process) => this.process = process;

    public static string TestConfig => Path.Combine(AppContext.BaseDirectory, "orchestra.test.yml");

    /// <summary>How the command is started, with what it prints redirected. The project that does so has the command built.</summary>
    public static ProcessStartInfo StartInfo(params string[] arguments)
    {
        string cli = typeof(CliProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "CliFolder").Value!;
        return new ProcessStartInfo("dotnet", [Path.Combine(cli, "Orchestra.Cli.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
    }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="key">What ORCHESTRA_API_KEY says.</param>
    public static Task<CliProcess> StartAsync(Uri address, string? key, params string[] arguments) =>
        StartInAsync(address, new Dictionary<string, string?> { ["ORCHESTRA_API_KEY"] = key }, arguments);

    /// <param name="environment">What is set there besides; null takes a variable away.</param>
    public static async Task<CliProcess> StartInAsync(Uri address, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        ProcessStartInfo start = StartInfo(arguments);
        foreach ((string name, string? value) in environment)
            start.Environment[name] = value;
        Process process = Process.Start(start)!;
        var said = new List<string>();
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = address };
        using var limit = new CancellationTokenSource(Eventually.Patience);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await IsUpAsync(http))
        {
            if (process.HasExited)
                throw new InvalidOperationException($"The command ended: {string.Join('\n', said)}");
            await look.WaitForNextTickAsync(limit.Token);
        }

        return new CliProcess(process);

        void Note(string? line)
        {
            lock (said)
            {
                if (said.Count < 50)
                    said.Add(line ?? "");
            }
        }
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private static async Task<bool> IsUpAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync("healthz")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
