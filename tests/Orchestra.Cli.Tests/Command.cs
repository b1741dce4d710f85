using System.Diagnostics;
using System.Reflection;

namespace Orchestra.Cli.Tests;

/// <summary>How a run of the <c>orchestra</c> command ended and what it printed.</summary>
internal sealed record Command(int ExitCode, string Output, string Error)
{
    public static async Task<Command> RunAsync(Uri? host, params string[] arguments)
    {
        using Process process = Start(host, arguments);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Command(process.ExitCode, await output, await error);
    }

    public static Process Start(Uri? host, params string[] arguments)
    {
        string cli = typeof(Command).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "CliFolder").Value!;
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (string argument in (string[])[Path.Combine(cli, "Orchestra.Cli.dll"), .. arguments])
            start.ArgumentList.Add(argument);
        start.Environment["ORCHESTRA_URL"] = host?.ToString();
        return Process.Start(start)!;
    }
}
