using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Hosting;
using Orchestra.Activities.Output;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.Events;
using Orchestra.Functions.Http;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Output;

/// <summary><c>GET /api/teams/{id}/output</c>: what a session, or an agent that mends or resolves, printed, by byte offset; ANSI sequences are kept.</summary>
public sealed class OutputFunctions(ProjectStore store, OutputLog output, IHostApplicationLifetime lifetime)
{
    private const int PieceSize = 64 * 1024;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(150);

    [Function("GetSessionOutput")]
    [Api("What a session printed, by byte offset.", Query = ["after", "limit", "follow", "download"], Answer = "text/plain")]
    public Task<IActionResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/teams/{id}/output")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        SessionRecord session = (await FoundSession.ReadAsync(store, id, cancellationToken)).Session;
        IReadOnlyList<string> runs = OutputLog.RunsOf(session);
        // In this order: what is printed before the end is there once the end is seen.
        bool ended = output.HasEnded(session);
        OutputQuery query = OutputQuery.Read(request, output.Length(runs));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, request.HttpContext.RequestAborted, lifetime.ApplicationStopping);
        HttpResponse response = request.HttpContext.Response;
        query.WriteHeaders(response, id, ended);
        if (query.Tag(ended) is { } tag)
        {
            response.Headers.ETag = tag;
            if (JsonAnswer.Matches(request.Headers.IfNoneMatch.ToString(), tag))
                return new StatusCodeResult(StatusCodes.Status304NotModified);
        }

        try
        {
            await response.StartAsync(stop.Token);
            long offset = await CopyAsync(runs, query.From, query.Until, response, stop.Token);
            if (query.Follow)
                await FollowAsync(id, offset, response, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The client left, or the host stops; whoever comes back goes on at the offset that they have.
        }

        return new EmptyResult();
    });

    [Function("GetSessionErrors")]
    [Api("Which bytes of the output came from standard error, behind an offset.", Query = ["after", "limit"])]
    public Task<IActionResult> GetErrors(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/teams/{id}/output/errors")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        SessionRecord session = (await FoundSession.ReadAsync(store, id, cancellationToken)).Session;
        long after = ListQuery.Number(request, "after", 0, 0, long.MaxValue);
        int limit = (int)ListQuery.Number(request, "limit", 1000, 1, 10_000);
        IReadOnlyList<OutputSpan> errors = output.Errors(OutputLog.RunsOf(session), after, limit);
        return Answers.Ok(new { Errors = errors, Next = errors.Count == 0 ? after : errors[^1].Offset + errors[^1].Length });
    });

    private async Task<long> CopyAsync(IReadOnlyList<string> runs, long from, long until, HttpResponse response, CancellationToken cancellationToken)
    {
        while (from < until)
        {
            byte[] piece = output.Read(runs, from, (int)Math.Min(PieceSize, until - from));
            if (piece.Length == 0)
                break;
            await response.Body.WriteAsync(piece, cancellationToken);
            from += piece.Length;
        }

        await response.Body.FlushAsync(cancellationToken);
        return from;
    }

    private async Task FollowAsync(string id, long offset, HttpResponse response, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LookEvery);
        while (true)
        {
            SessionRecord? session = await store.FindSessionAsync(id, cancellationToken);
            bool ended = session is null || output.HasEnded(session);
            IReadOnlyList<string> runs = session is null ? [] : OutputLog.RunsOf(session);
            offset = await CopyAsync(runs, offset, output.Length(runs), response, cancellationToken);
            if (ended)
                return;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
