using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

namespace Orchestra.Functions.Tests;

/// <summary>A host of one test, with settings of its own.</summary>
internal sealed class HostSetup : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("orchestra-host-").FullName;
    private IHost? host;

    public int Port { get; } = FreePort.Next();

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public string DataFolder => Path.Combine(folder, "data");

    public IServiceProvider Services => host!.Services;

    /// <param name="settings">NAME=VALUE, over the usual ones.</param>
    public static Task<HostSetup> StartAsync(params string[] settings) => StartAsync(null, settings);

    /// <param name="extend">What the test adds to the app.</param>
    public static async Task<HostSetup> StartAsync(Action<FunctionsApplicationBuilder>? extend, params string[] settings)
    {
        var setup = new HostSetup();
        try
        {
            await setup.RunAsync(extend, settings);
            return setup;
        }
        catch
        {
            await setup.DisposeAsync();
            throw;
        }
    }

    /// <summary>A configuration file: the tests' own and more.</summary>
    public static string Config(string more)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "orchestra.test.yml")) + more);
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await host.StopAsync();
            host.Dispose();
        }

        TestFolder.Delete(folder);
    }

    private async Task RunAsync(Action<FunctionsApplicationBuilder>? extend, string[] settings)
    {
        Dictionary<string, string> all = new()
        {
            ["urls"] = Address.ToString(),
            ["ORCHESTRA_DATA"] = DataFolder,
            ["ORCHESTRA_CONFIG"] = Path.Combine(AppContext.BaseDirectory, "orchestra.test.yml"),
            ["Logging:LogLevel:Default"] = "Warning",
        };
        foreach (string setting in settings)
            all[setting.Split('=', 2)[0]] = setting.Split('=', 2)[1].Replace("PORT", $"{Port}", StringComparison.Ordinal);
        host = OrchestraHost.Build([.. all.SelectMany(s => new[] { "--" + s.Key, s.Value })], extend);
        await host.StartAsync();
    }
}
