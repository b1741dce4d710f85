using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;
using Orchestra.Core.Events;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.Events;

namespace Orchestra.Functions.Telemetry;

/// <summary>
/// Reads the event log and tells what it shows as metrics and spans: outside of orchestrators, once each, whatever is replayed. Its place is
/// stored when what came before it has been sent, so that another process tells the rest.
/// </summary>
/// <param name="tracer">Null while nobody traces.</param>
internal sealed class TelemetryFollower(
    EventTail tail, EventLog log, EventReader reader, ProjectStore store, PipelineMeter meter, ILogger<TelemetryFollower> logger, TracerProvider? tracer = null)
    : BackgroundService
{
    private const string Mark = "telemetry";
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);
    private readonly Dictionary<string, ProjectTrace> traces = new(StringComparer.Ordinal);
    private long told = -1;
    private long stored;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // Telemetry is told late rather than the host be stopped for it.
                Log.TelemetryLate(logger, e);
                await Task.Delay(Again, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await StoreAsync();
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (told < 0)
            told = stored = await BeginningAsync(cancellationToken);
        while (true)
        {
            bool ended = false;
            foreach (EventFrame frame in await tail.NextAsync(told, cancellationToken))
            {
                meter.Count(frame.Logged.Event);
                if (tracer is not null && frame.Logged.Event.ProjectId is { } project)
                    ended |= await TraceAsync(project, frame.Logged, cancellationToken);
                told = frame.Seq;
            }

            if (ended)
                await StoreAsync();
        }
    }

    private async Task<long> BeginningAsync(CancellationToken cancellationToken)
    {
        long head = await log.HeadAsync(cancellationToken);
        if (tracer is null)
            return head;
        if (await log.FindMarkAsync(Mark, cancellationToken) is { Json: { } place })
            return Math.Min(head, long.Parse(place, CultureInfo.InvariantCulture));
        // At once: were this process killed before it stores its place for the first time, the next one would not know where it began.
        await WriteAsync(head);
        return head;
    }

    /// <returns>Whether the project has ended.</returns>
    private async Task<bool> TraceAsync(string projectId, LoggedEvent logged, CancellationToken cancellationToken)
    {
        if (logged.Event.Channel != EventChannels.Gm)
            return false;
        if (!traces.TryGetValue(projectId, out ProjectTrace? trace))
            traces[projectId] = trace = await ReadAsync(projectId, logged.Seq, cancellationToken);
        ProjectSpan[] spans = [.. trace.Take(logged)];
        ProjectRecord? project = spans.Length == 0 ? null : await store.FindProjectAsync(projectId, cancellationToken);
        if (project is not null)
        {
            foreach (ProjectSpan span in spans)
                SpanTeller.Tell(project, span);
        }

        return spans.Any(s => s.Parent is null) && traces.Remove(projectId);
    }

    /// <summary>What was told of a project before: by another process, or before a retry.</summary>
    private async Task<ProjectTrace> ReadAsync(string projectId, long before, CancellationToken cancellationToken)
    {
        var trace = new ProjectTrace();
        var query = new EventQuery(0, projectId, new HashSet<string>());
        while (query.After < before - 1)
        {
            var (events, next) = await reader.ReadAsync(query, 500, cancellationToken);
            foreach (LoggedEvent e in events.Where(e => e.Seq < before && e.Event.Channel == EventChannels.Gm))
                _ = trace.Take(e).Count();
            if (next == query.After || events.Count == 0)
                break;
            query = query with { After = next };
        }

        return trace;
    }

    private async Task StoreAsync()
    {
        if (tracer is null || told <= stored)
            return;
        await Task.Run(() => tracer.ForceFlush());
        await WriteAsync(told);
        stored = told;
    }

    private Task WriteAsync(long place) => log.WriteMarksAsync([new(Mark, place.ToString(CultureInfo.InvariantCulture), null)], CancellationToken.None);
}
