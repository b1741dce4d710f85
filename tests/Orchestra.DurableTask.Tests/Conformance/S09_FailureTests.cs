using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S09_FailureTests
{
    [Fact]
    public async Task S09_01_An_exception_fails_the_instance_with_type_message_stack_and_causes()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("fails", (Action<TaskOrchestrationContext>)(_ => throw new InvalidOperationException("outer", new FormatException("inner")))));

        OrchestrationMetadata end = await runtime.RunAsync("fails");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("System.InvalidOperationException", end.FailureDetails!.ErrorType);
        Assert.Equal("outer", end.FailureDetails.ErrorMessage);
        Assert.Contains(nameof(S09_FailureTests), end.FailureDetails.StackTrace, StringComparison.Ordinal);
        Assert.Equal("System.FormatException: inner", $"{end.FailureDetails.InnerFailure}");
        Assert.Equal("System.InvalidOperationException: outer", end.SerializedOutput);
    }

    [Fact]
    public async Task S09_02_An_uncaught_activity_failure_wraps_the_activitys_failure_and_its_causes()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("fails", context => context.CallActivityAsync("A"))
            .AddActivityFunc("A", _ => throw new InvalidOperationException("boom", new FormatException("cause"))));

        TaskFailureDetails failure = (await runtime.RunAsync("fails")).FailureDetails!;

        Assert.Equal("Microsoft.DurableTask.TaskFailedException: Task 'A' (#0) failed with an unhandled exception: boom", $"{failure}");
        Assert.Equal("System.InvalidOperationException: boom", $"{failure.InnerFailure}");
        Assert.Equal("System.FormatException: cause", $"{failure.InnerFailure!.InnerFailure}");
    }

    [Fact]
    public async Task S09_03_and_04_A_caught_failure_says_all_that_is_known()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("catches", async context =>
            {
                try
                {
                    await context.CallActivityAsync("A");
                    return "no error";
                }
                catch (TaskFailedException error)
                {
                    TaskFailureDetails details = error.FailureDetails;
                    return $"{error.TaskName} #{error.TaskId} {details.ErrorType} {details.ErrorMessage} {details.InnerFailure?.ErrorMessage} {details.IsCausedBy<SystemException>()}";
                }
            })
            .AddActivityFunc("A", _ => throw new InvalidOperationException("boom", new FormatException("cause"))));

        Assert.Equal("A #0 System.InvalidOperationException boom cause True", (await runtime.RunAsync("catches")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("thrown", "System.OperationCanceledException")]
    [InlineData("timer", "System.Threading.Tasks.TaskCanceledException")]
    [InlineData("event", "System.Threading.Tasks.TaskCanceledException")]
    [InlineData("timeout", "System.Threading.Tasks.TaskCanceledException")]
    public async Task S09_05_An_uncaught_cancellation_fails_the_instance_with_its_details(string where, string error)
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("cancelled", async (context, input) =>
            {
                var cancelled = new CancellationToken(canceled: true);
                switch (input)
                {
                    case "thrown":
                        throw new OperationCanceledException("enough");
                    case "timer":
                        await context.CreateTimer(TimeSpan.FromDays(1), cancelled);
                        break;
                    case "event":
                        await context.WaitForExternalEvent<string>("e", cancelled);
                        break;
                    default:
                        await context.WaitForExternalEvent<string>("e", TimeSpan.Zero);
                        break;
                }

                return "not cancelled";
            }));

        OrchestrationMetadata end = await runtime.RunAsync("cancelled", where);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(error, end.FailureDetails!.ErrorType);
        Assert.NotEmpty(end.FailureDetails.ErrorMessage);
        Assert.NotEmpty(end.FailureDetails.StackTrace!);
    }

    [Fact]
    public async Task S09_06_and_07_The_client_sees_messages_of_many_lines_and_the_whole_chain()
    {
        await using Runtime runtime = await Runtime.StartAsync(tasks => tasks
            .AddOrchestratorFunc("fails", context => context.CallSubOrchestratorAsync("middle"))
            .AddOrchestratorFunc("middle", context => context.CallActivityAsync("A"))
            .AddActivityFunc("A", _ => throw new InvalidOperationException("one\ntwo", new FormatException("cause", new IOException("root")))));

        TaskFailureDetails? failure = (await runtime.RunAsync("fails")).FailureDetails;

        var chain = new List<string>();
        for (; failure is not null; failure = failure.InnerFailure)
            chain.Add(failure.ErrorType.Split('.')[^1]);
        Assert.Equal(["TaskFailedException", "TaskFailedException", "InvalidOperationException", "FormatException", "IOException"], chain);
    }

    [Fact]
    public async Task S09_08_A_provider_adds_properties_of_exceptions_at_every_level()
    {
        await using Runtime runtime = await Runtime.StartAsync(
            tasks => tasks
                .AddOrchestratorFunc<string>("catches", async context =>
                {
                    try
                    {
                        await context.CallActivityAsync("A");
                        return "no error";
                    }
                    catch (TaskFailedException error)
                    {
                        return $"{error.FailureDetails.Properties!["size"]} {error.FailureDetails.InnerFailure!.Properties!["size"]}";
                    }
                })
                .AddActivityFunc("A", _ => throw new InvalidOperationException("four", new FormatException("three"))),
            services: services => services.AddSingleton<IExceptionPropertiesProvider, MessageSize>());

        OrchestrationMetadata end = await runtime.RunAsync("catches");

        Assert.Equal("4 5", end.ReadOutputAs<string>());
        Assert.NotNull(Assert.Single(await runtime.HistoryAsync<TaskFailedEvent>(end.InstanceId)).FailureDetails!.Properties);
    }

    private sealed class MessageSize : IExceptionPropertiesProvider
    {
        public IDictionary<string, object?> GetExceptionProperties(Exception exception) => new Dictionary<string, object?> { ["size"] = exception.Message.Length };
    }
}
