using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Orchestra.Dashboard.Tests;

/// <summary>Lines on which what a browser says takes its time.</summary>
internal static class SlowLine
{
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
                    .ContinueWith(_ => server.Send(frame.Binary!), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
        });
        return held;
    }
}
