using System.Diagnostics;

namespace Orchestra.Bench;

internal static class Processes
{
    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message has its error output.</exception>
    public static Task RunAsync(string program, params string[] arguments) => RunCoreAsync(null, program, arguments);

    public static Task RunWithInputAsync(string input, string program, params string[] arguments) => RunCoreAsync(input, program, arguments);

    /// <returns>Standard output.</returns>
    public static Task<string> ReadAsync(string program, params string[] arguments) => RunCoreAsync(null, program, arguments);

    private static async Task<string> RunCoreAsync(string? input, string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}{await output}");
        return await output;
    }
}
