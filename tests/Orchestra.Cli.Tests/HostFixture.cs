using Orchestra.Testing;

namespace Orchestra.Cli.Tests;

/// <summary><c>orchestra up</c> as a process, for all tests that call it.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("orchestra-cli-").FullName;
    private CliProcess? host;

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort.Next()}/");

    public string Data => Path.Combine(folder, "data");

    public async ValueTask InitializeAsync() => host = await CliProcess.StartInAsync(
        Address, new Dictionary<string, string?> { ["ORCHESTRA_API_KEY"] = null, ["CLAUDE_CLI_PATH"] = FakeClaude.Path }, "up", "--data", Data, "--port", $"{Address.Port}", "--config", CliProcess.TestConfig);

    /// <summary>Writes a launch of agents, each a shell script, on a repository.</summary>
    public string LaunchFile(string name, string repository, params string[] scripts)
    {
        string file = Path.Combine(folder, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(file, System.Text.Json.JsonSerializer.Serialize(new
        {
            project_name = name,
            repo_path = repository,
            build_command = "true",
            agents = scripts.Select(script => new { team = "feature-dev", task = script, command = new { argv = new[] { "/bin/sh", "-ec", script } } }),
        }));
        return file;
    }

    public string NewFolder() => Path.Combine(folder, Guid.NewGuid().ToString("N"));

    public ValueTask DisposeAsync()
    {
        host?.Dispose();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
