using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestra.DurableTask.Tests.Hosting;

/// <summary>A real host on a free loopback port, with the functions of the given classes and a data folder of its own.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly IHost host;

    private TestApp(IHost host, string data)
    {
        this.host = host;
        Data = data;
        string address = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Http = new HttpClient { BaseAddress = new Uri(address) };
    }

    public string Data { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => host.Services;

    public DurableTaskClient Client => Services.GetRequiredService<DurableTaskClient>();

    public static async Task<TestApp> StartAsync(Action<FunctionsApplicationBuilder>? configure, params Type[] functions)
    {
        (FunctionsApplicationBuilder builder, string data) = Builder(functions);
        configure?.Invoke(builder);
        IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new TestApp(host, data);
    }

    public static (FunctionsApplicationBuilder Builder, string Data) Builder(params Type[] functions)
    {
        FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder([]);
        string data = Path.Combine(Path.GetTempPath(), $"orchestra-host-{Guid.NewGuid():N}");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["ORCHESTRA_DATA"] = data,
        });
        builder.ConfigureFunctionsWebApplication();
        builder.Logging.ClearProviders();
        builder.Services.Configure<EmbeddedHostOptions>(options =>
        {
            foreach (Type type in functions)
                options.FunctionTypes.Add(type);
        });
        return (builder, data);
    }

    public Task<string> GetAsync(string path) => Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
        if (Directory.Exists(Data))
            Directory.Delete(Data, recursive: true);
    }
}
