using System.Diagnostics;
using System.Text;
using Orchestra.Testing;

namespace Orchestra.Cli.Tests;

/// <summary>How a run of the <c>orchestra</c> command ended and what it printed.</summary>
internal sealed record Command(int ExitCode, string Output, string Error)
{
    public static async Task<Command> RunAsync(Uri? host, params string[] arguments)
    {
        ProcessStartInfo start = CliProcess.StartInfo(arguments);
        start.RedirectStandardInput = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.WorkingDirectory = Path.GetTempPath();
        start.Environment["ORCHESTRA_URL"] = host?.ToString();
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Command(process.ExitCode, await output, await error);
    }
}
