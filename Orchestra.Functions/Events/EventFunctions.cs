using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Orchestra.Core.Events;
using Orchestra.Functions.Http;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Events;

/// <summary><c>GET /api/events</c>, once or waiting, and the same as server-sent events.</summary>
public sealed class EventFunctions(EventReader reader, EventTail tail, EventLog log, EventMessages messages, IHostApplicationLifetime lifetime)
{
    [Function("ListEvents")]
    [Api("Events behind a number; waits for the first one if asked to.", Query = ["after", "project", "types", "wait", "limit"])]
    public Task<IActionResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/events")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        EventQuery query = EventQuery.Read(request);
        int limit = (int)ListQuery.Number(request, "limit", 500, 1, 1000);
        long wait = ListQuery.Number(request, "wait", 0, 0, 60);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, request.HttpContext.RequestAborted, lifetime.ApplicationStopping);
        var (events, next) = wait == 0
            ? await reader.ReadAsync(query, limit, stop.Token)
            : await reader.WaitAsync(query, limit, TimeSpan.FromSeconds(wait), stop.Token);
        long first = await log.FirstAsync(cancellationToken);
        return Answers.Ok(new
        {
            Events = events.Select(messages.Of),
            Next = next,
            First = first,
            Head = await log.HeadAsync(cancellationToken),
            Gap = query.IsPlaced && EventGap.Between(await reader.StartAsync(query, cancellationToken), first) is { } gap ? new { gap.After, gap.First } : null,
        });
    });

    [Function("StreamEvents")]
    [Api("The same as server-sent events.", Query = ["after", "project", "types"], Answer = "text/event-stream")]
    public Task<IActionResult> Stream(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/events/stream")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        EventQuery query = EventQuery.Read(request, request.Headers["Last-Event-ID"].FirstOrDefault());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, request.HttpContext.RequestAborted, lifetime.ApplicationStopping);
        HttpResponse response = request.HttpContext.Response;
        response.ContentType = "text/event-stream";
        try
        {
            // The headers at once: a client knows that it is connected before anything happens.
            await response.StartAsync(stop.Token);
            await response.Body.FlushAsync(stop.Token);
            (long start, long first) = (await reader.StartAsync(query, stop.Token), await log.FirstAsync(stop.Token));
            // Who names no place asks for what there is.
            await new EventStream(tail, response.Body).SendAsync(query with { After = query.IsPlaced ? start : Math.Max(start, first - 1) }, first, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The client left, or the host stops and the client will come back with its Last-Event-ID.
        }

        return new EmptyResult();
    });
}
