using System.Collections;
using System.Diagnostics;

namespace Orchestra.Activities.Processes;

/// <summary>Starts the small shell script that runs a command, outlives us and writes down its exit code.</summary>
internal static class Supervisor
{
    private static readonly string Script = ReadScript();

    // Where a server listens is the host's affair; a server that an agent starts for a test must not take its port.
    private static readonly string[] ListenVariables =
        ["URLS", "HTTP_PORTS", "HTTPS_PORTS"];

    // Keys of model providers are for the client that calls the provider, not for every agent, build and test.
    private static readonly string[] ProviderKeys = ["OPENAI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"];

    public static Process Start(RunRequest request, RunFolder folder, string token)
    {
        ProcessStartInfo start = new("setsid") { WorkingDirectory = "/", UseShellExecute = false };
        (string output, string errors) = request.KeepsStreamsApart ? (folder.StreamFile, folder.ErrorFile) : (folder.OutputFile, folder.OutputFile);
        string input = request.Input is null ? "/dev/null" : folder.PromptFile;
        foreach (string argument in (string[])["/bin/sh", "-c", Script, "orchestra-run", folder.Path, token, request.WorkingFolder, input, output, errors, .. request.Starter, .. request.Argv])
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach ((string name, string value) in EnvironmentOf(request)) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>What the process gets: ours without what would confuse or equip it, then the request's own.</summary>
    public static Dictionary<string, string> EnvironmentOf(RunRequest request)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            string name = (string)entry.Key;
            if (!IsScrubbed(name)) environment[name] = (string?)entry.Value ?? "";
        }
        foreach (IReadOnlyDictionary<string, string>? own in (IReadOnlyDictionary<string, string>?[])[request.PassEnvironment, request.Environment])
        {
            foreach ((string name, string value) in own ?? new Dictionary<string, string>()) environment[name] = value;
        }
        environment[ProcessTree.Marker] = request.RunId;
        environment["ORCHESTRA_SESSION"] = request.SessionId ?? request.RunId;
        if (request.ProjectId is { } project) environment["ORCHESTRA_PROJECT"] = project;
        return environment;
    }

    private static bool IsScrubbed(string name) =>
        name.StartsWith("CLAUDE", StringComparison.Ordinal)
        || name.StartsWith("ANTHROPIC_", StringComparison.Ordinal)
        || name.StartsWith("GIT_", StringComparison.Ordinal)
        || name.StartsWith("ORCHESTRA_", StringComparison.Ordinal)
        // Where the host keeps its state and tells its telemetry, each with a key.
        || name.StartsWith("AzureWebJobs", StringComparison.Ordinal)
        || name.StartsWith("OTEL_", StringComparison.Ordinal)
        || ProviderKeys.Contains(name)
        || ListenVariables.Any(v => name == $"ASPNETCORE_{v}" || name == $"DOTNET_{v}");

    private static string ReadScript()
    {
        using Stream stream = typeof(Supervisor).Assembly.GetManifestResourceStream("supervisor.sh")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
