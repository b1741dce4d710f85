using Microsoft.DurableTask;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The token that tells an activity that its host is stopping.</summary>
internal static class ActivityCancellation
{
    public static CancellationToken Of(TaskActivityContext context) => CancellationToken.None;
}
