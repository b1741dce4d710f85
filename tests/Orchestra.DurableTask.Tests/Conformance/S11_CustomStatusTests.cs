using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Tests.Engine;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S11_CustomStatusTests
{
    [Fact]
    public async Task S11_01_Each_turn_overwrites_the_json_of_the_status_and_the_end_keeps_it()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("steps", async context =>
            {
                context.SetCustomStatus("never seen");
                context.SetCustomStatus(new { Step = 1, Name = "é" });
                await context.WaitForExternalEvent<string>("next");
                context.SetCustomStatus(2);
                await context.WaitForExternalEvent<string>("next");
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("steps");

        OrchestrationMetadata first = await host.Until(id, found => found.SerializedCustomStatus is not null);
        Assert.Equal("""{"Step":1,"Name":"\u00E9"}""", first.SerializedCustomStatus);
        await host.Client.RaiseEventAsync(id, "next");
        await host.Until(id, found => found.SerializedCustomStatus == "2");
        await host.Client.RaiseEventAsync(id, "next");

        Assert.Equal(2, (await host.EndOf(id)).ReadCustomStatusAs<int>());
    }

    [Fact]
    public async Task S11_01_A_null_status_is_none()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("clears", async context =>
            {
                context.SetCustomStatus("something");
                await context.WaitForExternalEvent<string>("next");
                context.SetCustomStatus(null);
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("clears");
        await host.Until(id, found => found.SerializedCustomStatus == "\"something\"");
        await host.Client.RaiseEventAsync(id, "next");

        Assert.Null((await host.EndOf(id)).SerializedCustomStatus);
    }

    [Fact]
    public async Task S11_02_A_long_status_is_kept_whole()
    {
        string text = new('x', 100_000);
        await using TestHost host = await TestHost.StartAsync(tasks => tasks.AddOrchestratorFunc("long", context => context.SetCustomStatus(text)));

        Assert.Equal(text, (await host.RunAsync("long")).ReadCustomStatusAs<string>());
    }
}
