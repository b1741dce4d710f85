using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Microsoft.Playwright;

namespace Orchestra.Dashboard.Tests;

/// <summary>Lines on which what browser and server say takes its time.</summary>
internal static class SlowLine
{
    /// <summary>With SLOW_LINE_MS set, each frame between a page and its server takes up to so long: a run of all tests finds what is not ready for such a line.</summary>
    public static async Task SlowAsWantedAsync(this IBrowserContext context)
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("SLOW_LINE_MS"), CultureInfo.InvariantCulture, out int most))
            return;
        await context.RouteWebSocketAsync(new Regex("/_blazor"), page =>
        {
            IWebSocketRoute server = page.ConnectToServer();
            page.OnMessage(Delayed(server, most));
            server.OnMessage(Delayed(page, most));
        });
    }

    public static void Pass(this IWebSocketRoute to, IWebSocketFrame frame)
    {
        if (frame.Binary is { } bytes)
            to.Send(bytes);
        else
            to.Send(frame.Text!);
    }

    // In order, as on a real line; each has its own time, so that they do not queue up.
    private static Action<IWebSocketFrame> Delayed(IWebSocketRoute to, int most)
    {
        var line = Channel.CreateUnbounded<(DateTime At, IWebSocketFrame Frame)>();
        _ = CarryAsync();
        return frame => line.Writer.TryWrite((DateTime.UtcNow.AddMilliseconds(Random.Shared.Next(most / 4, most)), frame));

        async Task CarryAsync()
        {
            await foreach ((DateTime at, IWebSocketFrame frame) in line.Reader.ReadAllAsync())
            {
                if (at - DateTime.UtcNow is { Ticks: > 0 } rest)
                    await Task.Delay(rest);
                try
                {
                    to.Pass(frame);
                }
                catch (PlaywrightException)
                {
                    // The page was closed meanwhile.
                    return;
                }
            }
        }
    }

    /// <summary>From the next address on, the server does not hear that its page was drawn, and so does not do yet what it does then.</summary>
    /// <returns>Lets it hear.</returns>
    public static async Task<TaskCompletionSource> HoldBackWhatIsDrawnAsync(this IPage page)
    {
        var held = new TaskCompletionSource();
        await page.RouteWebSocketAsync(new Regex("/_blazor"), socket =>
        {
            IWebSocketRoute server = socket.ConnectToServer();
            socket.OnMessage(frame =>
                _ = (Encoding.Latin1.GetString(frame.Binary!).Contains("OnRenderCompleted", StringComparison.Ordinal) ? held.Task : Task.CompletedTask)
                    .ContinueWith(_ => server.Pass(frame), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
        });
        return held;
    }
}
