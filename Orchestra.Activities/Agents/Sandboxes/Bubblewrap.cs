using System.ComponentModel;
using System.Diagnostics;
using Orchestra.Activities.Processes;

namespace Orchestra.Activities.Agents.Sandboxes;

/// <summary>The program <c>bwrap</c>, if it is here and may make sandboxes.</summary>
/// <param name="searchPath">PATH.</param>
public sealed class Bubblewrap(string? searchPath)
{
    /// <summary>What every sandbox has: a view of the whole disk, own processes, no privileges.</summary>
    public static readonly IReadOnlyList<string> Frame =
        ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-pid", "--unshare-ipc", "--cap-drop", "ALL"];

    private const string Name = "bwrap";

    // Long: what comes of it holds for as long as the host lives, however busy the machine was just then.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Lazy<string?> obstacle = new(() => Look(Find(searchPath)));

    /// <summary>Its full path, so that an agent's PATH cannot mean another.</summary>
    public string Program => Find(searchPath) ?? Name;

    /// <summary>Why there can be no sandbox; null when there can. Looked at once.</summary>
    public string? Obstacle => obstacle.Value;

    private static string? Find(string? searchPath) => (searchPath ?? "").Split(':')
        .Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, Name)).FirstOrDefault(file => ProgramLookup.Find(file, "/", "") is null);

    private static string? Look(string? program)
    {
        if (program is null) return "bwrap was not found on PATH. Install bubblewrap (apt-get install bubblewrap).";
        try
        {
            using Process trial = Process.Start(new ProcessStartInfo(program, [.. Frame, "--unshare-net", "--", "/bin/true"]) { RedirectStandardError = true })!;
            Task<string> errors = trial.StandardError.ReadToEndAsync();
            if (!trial.WaitForExit(Patience))
            {
                trial.Kill(entireProcessTree: true);
                return "bwrap does not answer.";
            }
            return trial.ExitCode == 0 ? null : $"bwrap cannot make a sandbox here: {errors.GetAwaiter().GetResult().Trim()}. Allow user namespaces.";
        }
        catch (Win32Exception e)
        {
            return $"bwrap cannot be started: {e.Message}.";
        }
    }
}
