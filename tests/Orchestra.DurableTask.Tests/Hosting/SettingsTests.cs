using Microsoft.Extensions.Configuration;
using Orchestra.DurableTask.Hosting;

namespace Orchestra.DurableTask.Tests.Hosting;

public sealed class SettingsTests
{
    [Fact]
    public void Local_settings_stand_below_the_environment_and_above_the_rest()
    {
        string path = Path.Combine(Path.GetTempPath(), $"local.settings.{Guid.NewGuid():N}.json");
        string variable = $"ORCHESTRA_TEST_{Guid.NewGuid():N}";
        File.WriteAllText(path, $$"""{ "IsEncrypted": false, "Values": { "{{variable}}": "file", "A__B": "nested", "Low": "file" }, "Host": { "CORS": "*" } }""");
        Environment.SetEnvironmentVariable(variable, "environment");
        try
        {
            var configuration = new ConfigurationManager();
            configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Low"] = "low" }).AddEnvironmentVariables();
            LocalSettings.AddTo(configuration, path);
            Assert.Equal("environment", configuration[variable]);
            Assert.Equal("nested", configuration["A:B"]);
            Assert.Equal("file", configuration["Low"]);
            Assert.Null(configuration["Host:CORS"]);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
            File.Delete(path);
        }
    }

    [Fact]
    public void Host_settings_can_be_overridden()
    {
        var host = new HostJson(Configuration(
            ("AzureFunctionsJobHost:extensions:durableTask:maxConcurrentActivityFunctions", "7"),
            ("AzureFunctionsJobHost:extensions:durableTask:hubName", "%Hub%"),
            ("Hub", "MyHub")));
        Assert.Equal(7, host.MaxConcurrentActivities);
        Assert.Equal(10 * Environment.ProcessorCount, host.MaxConcurrentOrchestrators);
        Assert.Equal("MyHub", host.HubName);
        Assert.Equal("api", host.RoutePrefix);
    }

    [Theory]
    [InlineData("maxConcurrentActivityFunctions", "0")]
    [InlineData("maxConcurrentActivityFunctions", "many")]
    [InlineData("hubName", "1st")]
    [InlineData("hubName", "%Missing%")]
    public void A_bad_host_setting_is_refused(string name, string value) =>
        Assert.Throws<InvalidOperationException>(() => new HostJson(Configuration(($"AzureFunctionsJobHost:extensions:durableTask:{name}", value))));

    [Fact]
    public void Assemblies_that_use_the_runtime_are_found_from_the_entry_assembly()
    {
        var found = FunctionAssemblies.Find(new EmbeddedHostOptions());
        Assert.Contains(typeof(SettingsTests).Assembly, found);
        Assert.DoesNotContain(typeof(HostJson).Assembly, found);
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value))).Build();
}
