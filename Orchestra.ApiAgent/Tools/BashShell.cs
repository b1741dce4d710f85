using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Orchestra.ApiAgent.Tools;

/// <summary>
/// One bash for the session, as the model expects: folder and variables last from call to call, and what runs in the background, too. When the
/// shell ends, all of that ends. It starts in the worktree without our keys; it is no prison, which a sandbox around this process is.
/// </summary>
internal sealed class BashShell(string folder, string scratch, TimeSpan timeout, ShellProcesses processes) : IAsyncDisposable
{
    private const int KeptHalf = 15_000;
    private const int LongestExitCode = 5;

    private readonly string marker = $"orchestra-{Guid.NewGuid():N}";
    private Process? bash;

    public async Task<(string Output, bool IsError)> RunAsync(ToolInput input)
    {
        if (input.Flag("restart"))
        {
            await EndAsync();
            return ("The shell was restarted.", false);
        }

        string file = Path.Combine(scratch, "command.sh");
        await File.WriteAllTextAsync(file, input.Text("command") + "\n", new UTF8Encoding(false));
        bash ??= Start();
        var output = new BoundedText(KeptHalf);
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            // Sourced, so that it acts on this shell; a marker after it tells that it has ended, and how.
            await bash.StandardInput.WriteAsync($". '{file.Replace("'", @"'\''")}' </dev/null; printf '\\n{marker} %s\\n' $?\n");
            await bash.StandardInput.FlushAsync(limit.Token);
            int? code = await ReadAsync(bash, output, limit.Token);
            if (code is not null) return (Told(output, code.Value), code != 0);
            await EndAsync();
            return ($"{output}\n(The command ended the shell. The next one gets a new one.)", true);
        }
        catch (OperationCanceledException)
        {
            await EndAsync();
            return ($"{output}\n(Ended after {timeout.TotalSeconds:0} s, with all that the shell had started. The next command gets a new shell; start what takes long in the background.)", true);
        }
        catch (IOException)
        {
            await EndAsync();
            return ($"{output}\n(The shell has ended. The next command gets a new one.)", true);
        }
    }

    public async ValueTask DisposeAsync() => await EndAsync();

    /// <returns>The exit code; null when the shell ended before it could tell.</returns>
    private async Task<int?> ReadAsync(Process process, BoundedText output, CancellationToken cancellationToken)
    {
        char[] buffer = new char[4096];
        int longestEnd = marker.Length + LongestExitCode + 3;
        for (int read; (read = await process.StandardOutput.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            output.Append(buffer.AsSpan(0, read));
            string end = output.End(longestEnd);
            int at = end.LastIndexOf($"\n{marker} ", StringComparison.Ordinal);
            if (at >= 0 && end.EndsWith('\n')) return int.Parse(end.AsSpan(at + marker.Length + 2).TrimEnd(), CultureInfo.InvariantCulture);
        }
        return null;
    }

    private string Told(BoundedText output, int code)
    {
        string text = output.ToString();
        text = text[..text.LastIndexOf($"\n{marker} ", StringComparison.Ordinal)];
        return code == 0 ? text : $"{text}\nexit code {code}";
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("/bin/bash", ["--noprofile", "--norc"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        foreach (string name in start.Environment.Keys.Where(IsOurs).ToList()) start.Environment.Remove(name);
        Process process = Process.Start(start)!;
        process.StandardInput.WriteLine("exec 2>&1");
        return process;
    }

    private static bool IsOurs(string variable) =>
        variable.StartsWith("ANTHROPIC_", StringComparison.Ordinal) || variable.StartsWith("CLAUDE", StringComparison.Ordinal);

    private async Task EndAsync()
    {
        if (bash is null) return;
        await processes.EndAsync(bash.Id);
        bash.Dispose();
        bash = null;
    }
}
