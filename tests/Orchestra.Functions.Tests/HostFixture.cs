using Microsoft.Extensions.Hosting;

namespace Orchestra.Functions.Tests;

/// <summary>The real host in this process, on a free loopback port with a data folder of its own.</summary>
public sealed class HostFixture : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("orchestra-host-").FullName;
    private IHost? host;

    internal OrchestraApi Api { get; private set; } = null!;

    internal Uri Address { get; private set; } = null!;

    /// <summary>Further settings, as command line arguments.</summary>
    internal string[] Settings { get; init; } = [];

    internal string DataFolder => Path.Combine(folder, "data");

    public async ValueTask InitializeAsync()
    {
        int port = FreePort.Next();
        host = OrchestraHost.Build([
            "--urls", $"http://127.0.0.1:{port}",
            "--ORCHESTRA_DATA", DataFolder,
            "--ORCHESTRA_CONFIG", Path.Combine(AppContext.BaseDirectory, "orchestra.test.yml"),
            "--Logging:LogLevel:Default", "Warning",
            .. Settings,
        ]);
        await host.StartAsync();
        Address = new Uri($"http://127.0.0.1:{port}");
        Api = new OrchestraApi(Address);
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await host!.StopAsync();
        host.Dispose();
        TestFolder.Delete(folder);
    }
}
