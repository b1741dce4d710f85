using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Configuration;
using Orchestra.DurableTask.Hosting;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S21_HostJsonTests
{
    private const string Durable = "AzureFunctionsJobHost:extensions:durableTask:";

    [Fact]
    public void S21_The_defaults_are_those_of_the_genuine_host()
    {
        HostJson host = Read();
        Assert.Equal("TestHubName", host.HubName);
        Assert.Equal(10 * Environment.ProcessorCount, host.MaxConcurrentActivities);
        Assert.Equal(10 * Environment.ProcessorCount, host.MaxConcurrentOrchestrators);
        Assert.False(host.ReplaceUnfinished);
        Assert.Null(host.DefaultVersion);
        Assert.Equal(DurableTaskWorkerOptions.VersionMatchStrategy.CurrentOrOlder, host.VersionMatch);
        Assert.Equal(DurableTaskWorkerOptions.VersionFailureStrategy.Reject, host.VersionFailure);
    }

    [Fact]
    public void S21_The_hub_takes_the_sites_name_and_settings()
    {
        Assert.Equal("MySite", Read(("WEBSITE_SITE_NAME", "MySite")).HubName);
        Assert.Equal("Hub7", Read(($"{Durable}hubName", "Hub%Number%"), ("Number", "7")).HubName);
    }

    [Theory]
    [InlineData("hubName", "ab")]
    [InlineData("hubName", "1abc")]
    [InlineData("hubName", "a-b-c")]
    [InlineData("hubName", "a123456789a123456789a123456789a123456789a12345")]
    [InlineData("maxConcurrentOrchestratorFunctions", "-1")]
    [InlineData("overridableExistingInstanceStates", "Some")]
    [InlineData("versionMatchStrategy", "Newer")]
    [InlineData("versionFailureStrategy", "Ignore")]
    public void S21_A_value_out_of_its_range_is_refused(string setting, string value) =>
        Assert.Contains(value, Assert.Throws<InvalidOperationException>(() => Read((Durable + setting, value))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task S21_AnyState_lets_a_start_replace_a_running_instance()
    {
        await using ManagedApp app = await ManagedApp.StartAsync(($"{Durable}overridableExistingInstanceStates", "AnyState"));
        await app.HaveAsync("Waits", "x", OrchestrationRuntimeStatus.Running);
        await app.HaveAsync("Echo", "x", OrchestrationRuntimeStatus.Completed, 1);
        Assert.Equal("Echo", (await app.Client.GetInstanceAsync("x", TestContext.Current.CancellationToken))!.Name);
    }

    [Fact]
    public async Task S21_The_default_version_is_that_of_starts_and_the_limit_of_what_is_run()
    {
        await using ManagedApp app = await ManagedApp.StartAsync(($"{Durable}defaultVersion", "2.0"), ($"{Durable}versionFailureStrategy", "Fail"));
        await app.HaveAsync("Versions", "now", OrchestrationRuntimeStatus.Completed);
        OrchestrationMetadata now = (await app.Client.GetInstanceAsync("now", getInputsAndOutputs: true, TestContext.Current.CancellationToken))!;
        Assert.Equal("2.0", now.ReadOutputAs<string>());
        using HttpResponseMessage newer = await app.SendAsync("POST", "/orchestrators/Versions?version=3.0&timeout=30&pollingInterval=1");
        Assert.Contains("\"Failed\"", await newer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static HostJson Read(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value));
        return new HostJson(configuration);
    }
}
