using System.ComponentModel;
using System.Diagnostics;

namespace Orchestra.Cli;

/// <summary>The git of the person at the terminal, in a repository on this machine.</summary>
internal static class LocalGit
{
    /// <exception cref="CliError">git failed; the message carries its words.</exception>
    public static async Task<string> RunAsync(string folder, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // A repository that the caller's own git points at must not be taken for this one.
        foreach (string variable in (string[])["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"])
            start.Environment.Remove(variable);
        using Process git = Start(start);
        Task<string> output = git.StandardOutput.ReadToEndAsync(cancellationToken);
        string error = await git.StandardError.ReadToEndAsync(cancellationToken);
        await git.WaitForExitAsync(cancellationToken);
        return git.ExitCode == 0 ? await output : throw new CliError($"git {string.Join(' ', arguments)} failed in {folder}: {error.Trim()}");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new CliError("git is not on the PATH; install git 2.38 or newer.");
        }
    }
}
