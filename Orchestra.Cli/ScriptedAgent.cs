using System.Diagnostics;
using System.Globalization;

namespace Orchestra.Cli;

/// <summary>
/// A stand-in for a coding agent that does exactly what its prompt says, so that demo and tests need no model:
/// every line <c>do: VERB ...</c> is executed, the others are prose.
/// </summary>
internal static class ScriptedAgent
{
    private const string Prefix = "do: ";
    private const int BadScript = 2;

    /// <returns>0, the number of <c>do: exit</c>, or 2 when a line cannot be executed.</returns>
    public static async Task<int> RunAsync(TextReader prompt, string workingFolder, TextWriter output, TimeProvider? time = null)
    {
        while (await prompt.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            (string verb, string rest) = Split(line[Prefix.Length..].Trim());
            try
            {
                if (verb == "exit") return int.Parse(rest, CultureInfo.InvariantCulture);
                string done = await ExecuteAsync(verb, rest, workingFolder, time ?? TimeProvider.System);
                await output.WriteLineAsync(done);
                await output.FlushAsync();
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                await output.WriteLineAsync($"'{line}' cannot be done: {e.Message}");
                return BadScript;
            }
        }
        return 0;
    }

    private static async Task<string> ExecuteAsync(string verb, string rest, string folder, TimeProvider time)
    {
        (string first, string text) = Split(rest);
        switch (verb)
        {
            case "write":
                await File.WriteAllTextAsync(PathOf(folder, first), Unescape(text));
                return $"wrote {first}";
            case "append":
                await File.AppendAllTextAsync(PathOf(folder, first), Unescape(text));
                return $"appended to {first}";
            case "replace":
                await ReplaceAsync(PathOf(folder, first), text);
                return $"replaced a text in {first}";
            case "say":
                return Unescape(rest);
            case "wait":
                await Task.Delay(TimeSpan.FromMilliseconds(int.Parse(rest, CultureInfo.InvariantCulture)), time);
                return $"waited {rest} ms";
            case "commit":
                await GitAsync(folder, "add", "--all");
                await GitAsync(folder, "-c", "user.name=Scripted Agent", "-c", "user.email=scripted@agent-orchestra.local",
                    "commit", "--quiet", "--no-verify", "-m", Unescape(rest));
                return $"committed: {rest}";
            case "log":
                await File.AppendAllTextAsync(PathOf(folder, first), Unescape(text) + "\n");
                return $"logged to {first}";
            case "resolve":
                return $"kept both sides in {await ConflictMarkers.ResolveAllAsync(folder)} file(s)";
            default:
                throw new InvalidOperationException(
                    $"unknown verb '{verb}'; known: write, append, replace, say, wait, commit, log, resolve, exit");
        }
    }

    private static async Task ReplaceAsync(string file, string text)
    {
        string[] parts = text.Split(" => ", 2);
        if (parts.Length != 2) throw new FormatException("expected OLD => NEW");
        string content = await File.ReadAllTextAsync(file);
        string old = Unescape(parts[0]);
        if (!content.Contains(old, StringComparison.Ordinal)) throw new InvalidOperationException("the old text is not in the file");
        await File.WriteAllTextAsync(file, content.Replace(old, Unescape(parts[1]), StringComparison.Ordinal));
    }

    private static string PathOf(string folder, string name)
    {
        if (name.Length == 0) throw new FormatException("a path is missing");
        string path = Path.GetFullPath(name, folder);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private static async Task GitAsync(string folder, params string[] arguments)
    {
        ProcessStartInfo start = new("git", arguments) { WorkingDirectory = folder, RedirectStandardError = true };
        using Process git = Process.Start(start)!;
        string error = await git.StandardError.ReadToEndAsync();
        await git.WaitForExitAsync();
        if (git.ExitCode != 0) throw new InvalidOperationException($"git {string.Join(' ', arguments)} ended with {git.ExitCode}: {error.Trim()}");
    }

    private static (string First, string Remainder) Split(string text)
    {
        int blank = text.IndexOf(' ');
        return blank < 0 ? (text, "") : (text[..blank], text[(blank + 1)..]);
    }

    private static string Unescape(string text) => text.Replace("\\n", "\n", StringComparison.Ordinal);
}
