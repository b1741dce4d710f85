using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Functions.Events;
using Orchestra.Functions.Http;

namespace Orchestra.Functions.Sockets;

/// <summary><c>/ws/gm</c>, <c>/ws/teams</c>, <c>/ws/status</c>, <c>/ws/logs</c>. Web sockets are no functions: they stand before the functions' routes.</summary>
internal sealed class SocketFilter(EventTail tail, EventLog log, SocketLimits limits, SocketCount sockets, IHostApplicationLifetime lifetime, ILogger<SocketFilter> logger) : IStartupFilter
{
    private const int RetryAfterSeconds = 30;

    private static readonly Dictionary<string, string> Channels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["/ws/gm"] = EventChannels.Gm,
        ["/ws/teams"] = EventChannels.Teams,
        ["/ws/status"] = EventChannels.Status,
        ["/ws/logs"] = EventChannels.Logs,
    };

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseWebSockets();
        app.Use(async (HttpContext http, RequestDelegate rest) =>
        {
            if (!Channels.TryGetValue(http.Request.Path.Value ?? "", out string? channel))
            {
                await rest(http);
                return;
            }

            try
            {
                await ServeAsync(http, channel);
            }
            catch (InputProblem problem)
            {
                await Answers.WriteProblemAsync(http.Response, problem);
            }
        });
        next(app);
    };

    private async Task ServeAsync(HttpContext http, string channel)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.Headers.Upgrade = "websocket";
            throw new InputProblem("Upgrade", "This is a web socket; connect with ws://.", StatusCodes.Status426UpgradeRequired);
        }

        long head = await log.HeadAsync(http.RequestAborted);
        long after = Math.Min(head, ListQuery.Number(http.Request, "after", head, 0, long.MaxValue));
        try
        {
            if (sockets.Add() > limits.MaxSockets)
                throw new InputProblem("Upgrade", $"{limits.MaxSockets} web sockets are open already; close some, or try again later. Orchestra:Sockets:MaxSockets sets the limit.", StatusCodes.Status429TooManyRequests) { RetryAfterSeconds = RetryAfterSeconds };
            using WebSocket socket = await http.WebSockets.AcceptWebSocketAsync();
            using var served = new EventSocket(socket, channel, tail, limits);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
            Log.SocketEnded(logger, channel, await served.RunAsync(after, await log.FirstAsync(stop.Token), stop.Token));
        }
        finally
        {
            sockets.Remove();
        }
    }
}
