using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Hosting;

/// <summary>What can be told to a running instance.</summary>
internal static class InstanceCommands
{
    public static Task RaiseEventAsync(ManagementRequest request) => TellAsync(request, async () =>
    {
        if (!request.Http.Request.HasJsonContentType())
            throw new ArgumentException("Only application/json request content is supported.");
        await request.Client.RaiseEventAsync(request.InstanceId, request.Route("eventName")!, await request.BodyAsync(), request.Cancellation);
    });

    public static Task TerminateAsync(ManagementRequest request) => TellAsync(request, () =>
        request.Client.TerminateInstanceAsync(request.InstanceId, (object?)request.Query("reason"), request.Cancellation));

    public static Task SuspendAsync(ManagementRequest request) => TellAsync(
        request,
        () => request.Client.SuspendInstanceAsync(request.InstanceId, request.Query("reason"), request.Cancellation),
        instance => Refuse(instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended, "suspend", instance));

    public static Task ResumeAsync(ManagementRequest request) => TellAsync(
        request,
        () => request.Client.ResumeInstanceAsync(request.InstanceId, request.Query("reason"), request.Cancellation),
        instance => Refuse(instance.RuntimeStatus != OrchestrationRuntimeStatus.Suspended, "resume", instance));

    public static async Task RewindAsync(ManagementRequest request)
    {
        OrchestrationMetadata? instance = await request.Client.GetInstanceAsync(request.InstanceId, request.Cancellation);
        if (instance?.RuntimeStatus == OrchestrationRuntimeStatus.Failed)
            await request.Client.RewindInstanceAsync(request.InstanceId, request.Query("reason") ?? string.Empty, request.Cancellation);
        request.Answer(instance switch
        {
            null => StatusCodes.Status404NotFound,
            { RuntimeStatus: OrchestrationRuntimeStatus.Failed } => StatusCodes.Status202Accepted,
            _ => StatusCodes.Status412PreconditionFailed,
        });
    }

    private static void Refuse(bool wrong, string command, OrchestrationMetadata instance)
    {
        if (wrong)
            throw new InvalidOperationException($"Cannot {command} the orchestration instance {instance.InstanceId} because instance is in the {instance.RuntimeStatus} state.");
    }

    private static async Task TellAsync(ManagementRequest request, Func<Task> tell, Action<OrchestrationMetadata>? check = null)
    {
        OrchestrationMetadata? instance = await request.Client.GetInstanceAsync(request.InstanceId, request.Cancellation);
        if (instance is { IsCompleted: false })
        {
            check?.Invoke(instance);
            await tell();
        }

        request.Answer(instance switch
        {
            null => StatusCodes.Status404NotFound,
            { IsCompleted: true } => StatusCodes.Status410Gone,
            _ => StatusCodes.Status202Accepted,
        });
    }
}
