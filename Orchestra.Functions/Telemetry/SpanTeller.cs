using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Telemetry;

/// <summary>
/// Tells spans of what has ended, in the trace of the request that launched the project. A span's id follows from its project and key: parts are
/// told before the whole, perhaps by another process, and telling one twice changes nothing.
/// </summary>
internal static class SpanTeller
{
    public const string Name = "Orchestra";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>The trace that what is started now belongs to; null while nobody traces.</summary>
    public static string? Current => Source.HasListeners() && Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    public static void Tell(ProjectRecord project, ProjectSpan span)
    {
        if (!ActivityContext.TryParse(project.Trace, null, isRemote: true, out ActivityContext launch))
            return;
        ActivityContext parent = span.Parent is null ? launch : new(launch.TraceId, IdOf(project.ProjectId, span.Parent), launch.TraceFlags);
        IEnumerable<ActivityLink>? links = span.Parent is null && ActivityContext.TryParse(project.TraceLink, null, isRemote: true, out ActivityContext retry)
            ? [new(retry)]
            : null;
        using Activity? activity = Source.StartActivity(
            span.Name, ActivityKind.Internal, parent, [new("orchestra.project.id", project.ProjectId), .. span.Tags], links, new DateTimeOffset(span.From, TimeSpan.Zero));
        if (activity is null)
            return;
        // As the genuine engine does it: there is no public way to choose an id.
        IdField(activity) = IdOf(project.ProjectId, span.Key).ToHexString();
        if (span.Error is not null)
            activity.SetStatus(ActivityStatusCode.Error, span.Error);
        activity.SetEndTime(span.Until);
    }

    private static ActivitySpanId IdOf(string projectId, string key) =>
        ActivitySpanId.CreateFromBytes(SHA256.HashData(Encoding.UTF8.GetBytes($"{projectId}/{key}")).AsSpan(0, 8));

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    private static extern ref string? IdField(Activity activity);
}
