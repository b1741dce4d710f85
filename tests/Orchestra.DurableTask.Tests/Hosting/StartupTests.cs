using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Orchestra.DurableTask.Tests.Hosting;

public sealed class StartupTests
{
    [Fact]
    public void A_name_used_twice_is_refused()
    {
        (FunctionsApplicationBuilder builder, _) = TestApp.Builder(typeof(FirstOfTwo), typeof(SecondOfTwo));
        var error = Assert.Throws<InvalidOperationException>(() => builder.Build());
        Assert.Contains("'Twice'", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(SecondOfTwo), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_route_of_the_hosts_own_is_refused()
    {
        (FunctionsApplicationBuilder builder, _) = TestApp.Builder(typeof(Greedy));
        builder.Configuration["AzureFunctionsJobHost:extensions:http:routePrefix"] = "";
        Assert.Contains("Runtime", Assert.Throws<InvalidOperationException>(() => builder.Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_names_the_setting()
    {
        (FunctionsApplicationBuilder builder, string data) = TestApp.Builder(typeof(FirstOfTwo));
        await File.WriteAllTextAsync(data, "a file", TestContext.Current.CancellationToken);
        try
        {
            using IHost host = builder.Build();
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
            Assert.Contains("ORCHESTRA_DATA", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(data);
        }
    }

    [Fact]
    public async Task The_older_host_builder_serves_functions_too()
    {
        string data = Path.Combine(Path.GetTempPath(), $"orchestra-host-{Guid.NewGuid():N}");
        using IHost host = new HostBuilder()
            .ConfigureAppConfiguration(c => c.AddInMemoryCollection(new Dictionary<string, string?> { ["urls"] = "http://127.0.0.1:0", ["ORCHESTRA_DATA"] = data }))
            .ConfigureFunctionsWebApplication()
            .ConfigureFunctionsWebApplication(worker => Microsoft.Extensions.DependencyInjection.OptionsServiceCollectionExtensions
                .Configure<EmbeddedHostOptions>(worker.Services, o => o.FunctionTypes.Add(typeof(FirstOfTwo))))
            .Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var server = (Microsoft.AspNetCore.Hosting.Server.IServer)host.Services.GetService(typeof(Microsoft.AspNetCore.Hosting.Server.IServer))!;
        string address = server.Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()!.Addresses.Single();
        using var http = new HttpClient();
        Assert.Equal("first", await http.GetStringAsync(new Uri(address + "/api/twice"), TestContext.Current.CancellationToken));
        await host.StopAsync(TestContext.Current.CancellationToken);
        Directory.Delete(data, recursive: true);
    }
}

public static class FirstOfTwo
{
    [Function("Twice")]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text("first");
}

public static class SecondOfTwo
{
    [Function("twice")]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text("second");
}

public static class Greedy
{
    [Function("Greedy")]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "Runtime/x")] HttpRequest request) => Results.Ok();
}
