using Microsoft.DurableTask;
using Microsoft.DurableTask.Abstractions;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Tests.Engine;
using static Microsoft.DurableTask.Worker.DurableTaskWorkerOptions;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S18_VersionTests
{
    [Theory]
    [InlineData("", "0.1", -1)]
    [InlineData(" ", "", 0)]
    [InlineData("1.0", null, 1)]
    [InlineData("1.10", "1.9", 1)]
    [InlineData("1.2.3", "1.2.3", 0)]
    [InlineData("v10", "v9", -1)]
    [InlineData("Beta", "beta", 0)]
    public async Task S18_01_Blank_comes_first_numbers_by_value_the_rest_as_text(string left, string? right, int expected)
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("compares", context => context.CompareVersionTo(right!)));
        string id = await StartAsync(runtime, "compares", left);

        Assert.Equal(expected, Math.Sign(TaskOrchestrationVersioningUtils.CompareVersions(left, right!)));
        Assert.Equal(expected, Math.Sign((await runtime.EndAsync(id)).ReadOutputAs<int>()));
    }

    [Theory]
    [InlineData(VersionMatchStrategy.None, "3.0", true)]
    [InlineData(VersionMatchStrategy.Strict, "2.0", true)]
    [InlineData(VersionMatchStrategy.Strict, "1.0", false)]
    [InlineData(VersionMatchStrategy.Strict, "", false)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "2.0", true)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "", true)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "2.1", false)]
    public async Task S18_02_A_worker_fails_what_does_not_match_when_told_to(VersionMatchStrategy strategy, string version, bool fits)
    {
        await using Runtime runtime = await Runtime.StartAsync(
            tasks => tasks.AddOrchestratorFunc<string>("runs", context => context.Version),
            options => options.Versioning = new() { Version = "2.0", MatchStrategy = strategy, FailureStrategy = VersionFailureStrategy.Fail });

        OrchestrationMetadata end = await runtime.EndAsync(await StartAsync(runtime, "runs", version));

        Assert.Equal(fits ? OrchestrationRuntimeStatus.Completed : OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(fits ? null : "VersionMismatch", end.FailureDetails?.ErrorType);
    }

    [Fact]
    public async Task S18_02_Rejected_work_waits_for_a_worker_of_its_version()
    {
        int runs = 0;
        var versioning = new VersioningOptions { Version = "1.0", MatchStrategy = VersionMatchStrategy.Strict };
        await using Runtime runtime = await Runtime.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<int>("runs", async context =>
                {
                    runs++;
                    return await context.WaitForExternalEvent<int>("go");
                })
                .AddOrchestratorFunc("short", _ => { }),
            options => options.Versioning = versioning);
        string newer = await StartAsync(runtime, "runs", "2.0");
        string older = await StartAsync(runtime, "runs", "1.0");
        await runtime.Client.WaitForInstanceStartAsync(older, runtime.Patience);
        await runtime.RaiseAsync(newer, "go", 5);
        await runtime.EndAsync(await StartAsync(runtime, "short", "1.0"));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await runtime.GetAsync(newer)).RuntimeStatus);
        Assert.Equal(1, runs);

        versioning.Version = "2.0";
        await runtime.RestartWorkerAsync();
        Assert.Equal(5, (await runtime.EndAsync(newer)).ReadOutputAs<int>());

        // Now the older one is what the worker does not take.
        await runtime.RaiseAsync(older, "go", 6);
        await runtime.EndAsync(await StartAsync(runtime, "short", "2.0"));
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await runtime.GetAsync(older)).RuntimeStatus);
        versioning.Version = "1.0";
        await runtime.RestartWorkerAsync();
        Assert.Equal(6, (await runtime.EndAsync(older)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task S18_02_Rejected_work_is_left_to_another_worker_on_the_file_also_between_executions()
    {
        using var journal = new TempJournal();
        await using TestHost first = await StartAsync(journal, "1.0");
        await using TestHost second = await StartAsync(journal, "2.0");

        // Started where it is rejected; and one that begins in one worker and goes on in the other.
        string newer = await first.Client.ScheduleNewOrchestrationInstanceAsync("runs", null, new StartOrchestrationOptions { Version = "2.0" });
        string moving = await second.Client.ScheduleNewOrchestrationInstanceAsync("moves", null, new StartOrchestrationOptions { Version = "1.0" });

        Assert.Equal("2.0 in 2.0", (await first.EndOf(newer)).ReadOutputAs<string>());
        Assert.Equal("2.0 in 2.0", (await second.EndOf(moving)).ReadOutputAs<string>());
    }

    private static Task<TestHost> StartAsync(TempJournal journal, string version) => TestHost.StartAsync(
        tasks => tasks
            .AddOrchestratorFunc<string>("runs", context => $"{context.Version} in {version}")
            .AddOrchestratorFunc<string?>("moves", context =>
            {
                if (context.Version == "2.0")
                    return Task.FromResult<string?>($"{context.Version} in {version}");
                context.ContinueAsNew(new ContinueAsNewOptions { NewVersion = "2.0" });
                return Task.FromResult<string?>(null);
            }),
        options =>
        {
            journal.Options(options);
            options.PollInterval = TimeSpan.FromMilliseconds(10);
        },
        worker: options => options.Versioning = new VersioningOptions { Version = version, MatchStrategy = VersionMatchStrategy.Strict });

    [Fact]
    public async Task S18_03_A_start_has_the_given_version_else_the_clients_default_else_none()
    {
        Action<DurableTaskRegistry> tasks = registry => registry.AddOrchestratorFunc<string>("version", context => context.Version);
        await using Runtime with = await Runtime.StartAsync(tasks, client: options => options.DefaultVersion = "1.5");
        await using Runtime without = await Runtime.StartAsync(tasks);

        Assert.Equal("2.5", (await with.EndAsync(await StartAsync(with, "version", "2.5"))).ReadOutputAs<string>());
        Assert.Equal("1.5", (await with.RunAsync("version")).ReadOutputAs<string>());
        Assert.Equal("", (await without.RunAsync("version")).ReadOutputAs<string>());
    }

    private static Task<string> StartAsync(Runtime runtime, string name, string version)
        => runtime.Client.ScheduleNewOrchestrationInstanceAsync(name, null, new StartOrchestrationOptions { Version = version }, runtime.Patience);
}
