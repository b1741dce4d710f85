using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Starting instances, anew or again, and waiting for them if the caller asks for it.</summary>
internal static class InstanceStarts
{
    public static async Task StartAsync(ManagementRequest request)
    {
        var name = new TaskName(request.Route("functionName")!);
        DurableTaskRegistry registry = request.Http.RequestServices.GetRequiredService<IOptions<DurableTaskRegistry>>().Value;
        if (!registry.GetOrchestrators().Any(o => o.Key.Equals(name)))
            throw new ArgumentException($"The function '{name}' doesn't exist, is disabled, or is not an orchestrator function.");
        var options = new StartOrchestrationOptions(request.Route("instanceId"));
        if (request.Query("version") is { } version)
            options = options with { Version = new TaskVersion(version) };
        string id = await request.Client.ScheduleNewOrchestrationInstanceAsync(name, await request.BodyAsync(), options, request.Cancellation);
        await AnswerAsync(request, id);
    }

    public static async Task RestartAsync(ManagementRequest request)
    {
        if (await request.Client.GetInstanceAsync(request.InstanceId, request.Cancellation) is null)
            throw new ArgumentException($"No instance with ID '{request.InstanceId}' was found.");
        bool newId = request.Flag("restartWithNewInstanceId", otherwise: true);
        string id;
        try
        {
            id = await request.Client.RestartAsync(request.InstanceId, newId, request.Cancellation);
        }
        catch (InvalidOperationException e)
        {
            await request.AnswerAsync(StatusCodes.Status409Conflict, ManagementApi.ErrorOf(e, StatusCodes.Status409Conflict));
            return;
        }

        await AnswerAsync(request, id);
    }

    // A caller that says how long to wait and how often to look gets the output itself, if it is there in time. We need not look.
    private static async Task AnswerAsync(ManagementRequest request, string id)
    {
        TimeSpan? interval = request.Seconds("pollingInterval");
        if (request.Seconds("timeout") is not { } timeout || interval is null)
        {
            await request.AnswerCheckStatusAsync(id);
            return;
        }

        using var wait = CancellationTokenSource.CreateLinkedTokenSource(request.Cancellation);
        wait.CancelAfter(timeout);
        try
        {
            OrchestrationMetadata instance = await request.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, wait.Token);
            await request.AnswerAsync(
                StatusCodes.Status200OK,
                instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed ? StatusPayload.Output(instance) : StatusPayload.Of(instance, showInput: true));
        }
        catch (OperationCanceledException) when (!request.Cancellation.IsCancellationRequested)
        {
            await request.AnswerCheckStatusAsync(id);
        }
    }
}
