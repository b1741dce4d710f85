using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Tests.Engine;

public class EventTests
{
    [Fact]
    public async Task The_newest_waiter_gets_the_first_event_and_names_ignore_case()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("wait", async context =>
            {
                Task<int> first = context.WaitForExternalEvent<int>("e");
                Task<int> second = context.WaitForExternalEvent<int>("E");
                await Task.WhenAll(first, second);
                return $"{first.Result},{second.Result}";
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("wait");

        await host.Client.RaiseEventAsync(id, "e", 1);
        await host.Client.RaiseEventAsync(id, "e", 2);

        Assert.Equal("2,1", (await host.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_cancelled_waiter_does_not_swallow_an_event()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("wait", async context =>
            {
                try
                {
                    await context.WaitForExternalEvent<string>("e", TimeSpan.Zero);
                }
                catch (TaskCanceledException)
                {
                    context.SetCustomStatus("timed out");
                }

                return await context.WaitForExternalEvent<string>("e");
            }));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("wait");
        await host.Until(id, found => found.SerializedCustomStatus is not null);

        await host.Client.RaiseEventAsync(id, "e", "here");

        Assert.Equal("here", (await host.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_instance_can_send_events_to_another()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("send", (context, to) =>
            {
                context.SendEvent(to, "e", "hello");
                return "sent";
            })
            .AddOrchestratorFunc<string>("receive", async context => await context.WaitForExternalEvent<string>("e")));
        string receiver = await host.Client.ScheduleNewOrchestrationInstanceAsync("receive");

        await host.RunAsync("send", receiver);

        Assert.Equal("hello", (await host.EndOf(receiver)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_suspended_instance_holds_events_until_it_is_resumed()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("wait", async context =>
            {
                int value = await context.WaitForExternalEvent<int>("e");
                return await context.CallActivityAsync<int>("same", value);
            })
            .AddActivityFunc<int, int>("same", (_, i) => i));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("wait");
        await host.Client.WaitForInstanceStartAsync(id);

        await host.Client.SuspendInstanceAsync(id, "lunch");
        await host.Client.RaiseEventAsync(id, "e", 7);
        await host.Until(id, found => found.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await host.Client.ResumeInstanceAsync(id);

        Assert.Equal(7, (await host.EndOf(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Terminate_ends_children_too_when_asked()
    {
        await using TestHost host = await TestHost.StartAsync(tasks => tasks
            .AddOrchestratorFunc("parent", async context => await context.CallSubOrchestratorAsync("child", null, new SubOrchestrationOptions(instanceId: "c")))
            .AddOrchestratorFunc("child", async context => await context.WaitForExternalEvent<string>("never")));
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("parent");
        await host.Client.WaitForInstanceStartAsync("c");

        await host.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("why", Recursive: true));

        OrchestrationMetadata end = await host.EndOf(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("why", end.ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndOf("c")).RuntimeStatus);
    }
}
