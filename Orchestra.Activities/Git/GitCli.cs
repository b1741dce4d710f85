using System.ComponentModel;
using System.Diagnostics;

namespace Orchestra.Activities.Git;

/// <summary>Runs git in a fixed environment, so that neither the user's settings nor a repository's hooks change what a step does.</summary>
public sealed class GitCli
{
    public const string AuthorName = "Agent Orchestra";
    public const string AuthorEmail = "agents@agent-orchestra.local";

    private static readonly string[] Settings =
    [
        "gc.auto=0", // automatic gc runs in the background and then blocks other commands
        "maintenance.auto=false",
        "core.hooksPath=/dev/null", // hooks come from repositories and would run with our rights
        "core.fsmonitor=false", // may name a program, too
        "commit.gpgSign=false",
        "rerere.enabled=false", // its memory is the user's
        "submodule.recurse=false",
        "core.safecrlf=false", // would refuse work over its line endings
        "i18n.commitEncoding=utf-8",
        "advice.detachedHead=false",
        "core.quotePath=false",
    ];

    /// <exception cref="GitException">Another exit code than the accepted ones, a timeout, or git could not be started.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the process tree is gone.</exception>
    public async Task<GitResult> RunAsync(GitCommand command, CancellationToken cancellationToken)
    {
        using Process process = Start(command);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(command.Timeout);
        try
        {
            // All three pipes at once: git blocks when one of them is full and nobody reads.
            Task<(byte[] Kept, long Dropped)> output = ReadAsync(process.StandardOutput.BaseStream, command.MaxOutput, timeout.Token);
            Task<(byte[] Kept, long Dropped)> error = ReadAsync(process.StandardError.BaseStream, int.MaxValue, timeout.Token);
            await Task.WhenAll(WriteAsync(process, command.Input, timeout.Token), output, error, process.WaitForExitAsync(timeout.Token));
            (byte[] kept, long dropped) = await output;
            var result = new GitResult(process.ExitCode, kept, System.Text.Encoding.UTF8.GetString((await error).Kept).Trim(), dropped);
            return command.ExitCodes.Contains(result.ExitCode)
                ? result
                : throw new GitException(command.ToString(), result.ExitCode, result.Error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GitException(command.ToString(), null, $"no end after {command.Timeout.TotalSeconds:0} s");
        }
        finally
        {
            Kill(process);
        }
    }

    private static Process Start(GitCommand command)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = command.Directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        SetEnvironment(start.Environment, command);
        foreach (string setting in Settings)
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(setting);
        }

        foreach (string argument in command.Arguments)
            start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start) ?? throw new GitException(command.ToString(), null, "no process was started");
        }
        catch (Win32Exception problem)
        {
            throw new GitException(command.ToString(), null, $"could not be started in {command.Directory}: {problem.Message}");
        }
    }

    private static void SetEnvironment(IDictionary<string, string?> environment, GitCommand command)
    {
        // Inherited variables such as GIT_DIR or GIT_INDEX_FILE would redirect every command.
        foreach (string name in environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.OrdinalIgnoreCase)).ToList())
            environment.Remove(name);

        environment["LC_ALL"] = "C";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_PAGER"] = "cat";
        environment["GIT_EDITOR"] = "true";
        environment["GIT_OPTIONAL_LOCKS"] = "0";
        environment["GIT_AUTHOR_NAME"] = environment["GIT_COMMITTER_NAME"] = AuthorName;
        environment["GIT_AUTHOR_EMAIL"] = environment["GIT_COMMITTER_EMAIL"] = AuthorEmail;
        if (!command.UsesUserConfig)
        {
            environment["GIT_CONFIG_NOSYSTEM"] = "1";
            environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        }

        foreach ((string name, string value) in command.Environment)
            environment[name] = value;
    }

    private static async Task<(byte[] Kept, long Dropped)> ReadAsync(Stream stream, int most, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        byte[] chunk = new byte[81_920];
        long dropped = 0;
        for (int read; (read = await stream.ReadAsync(chunk, cancellationToken)) > 0;)
        {
            int taken = (int)Math.Min(read, most - buffer.Length);
            buffer.Write(chunk, 0, taken);
            dropped += read - taken;
        }

        return (buffer.ToArray(), dropped);
    }

    private static async Task WriteAsync(Process process, byte[]? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null)
                await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // git ended without reading to the end; its exit code and message say why.
        }
    }

    private static void Kill(Process process)
    {
        if (process.HasExited)
            return;
        process.Kill(entireProcessTree: true);
        process.WaitForExit(TimeSpan.FromSeconds(5));
    }
}
