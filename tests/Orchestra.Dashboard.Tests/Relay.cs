using System.Net;

namespace Orchestra.Dashboard.Tests;

/// <summary>Stands between a dashboard and its host: hands each request on after what a test lets happen just before, or has nowhere to hand it.</summary>
internal sealed class Relay : IDisposable
{
    private static readonly string[] OfTheConnection = ["Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Content-Type"];
    private readonly HttpListener listener = new();
    private readonly HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Task serving;
    private volatile bool isAway;

    public Relay(Uri address, Uri host)
    {
        http.BaseAddress = host;
        listener.Prefixes.Add(address.ToString());
        listener.Start();
        serving = ServeAsync();
    }

    /// <summary>Happens before a request is handed on.</summary>
    public Func<HttpListenerRequest, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Answers as a proxy does whose host is gone.</summary>
    public bool IsAway { get => isAway; set => isAway = value; }

    public void Dispose()
    {
        listener.Close();
        serving.GetAwaiter().GetResult();
        http.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = HandOnAsync(await listener.GetContextAsync());
        }
        catch (Exception e) when (e is ObjectDisposedException or HttpListenerException)
        {
            // It was closed.
        }
    }

    private async Task HandOnAsync(HttpListenerContext context)
    {
        try
        {
            await Before(context.Request);
            await AnswerAsync(context);
        }
        catch (Exception e) when (e is HttpRequestException or HttpListenerException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One of the two ends is gone.
        }

    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        HttpListenerRequest asked = context.Request;
        using var request = new HttpRequestMessage(new HttpMethod(asked.HttpMethod), asked.RawUrl);
        if (asked.HasEntityBody)
        {
            request.Content = new StreamContent(asked.InputStream);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", asked.ContentType);
        }

        foreach (string name in asked.Headers.AllKeys.OfType<string>().Except(OfTheConnection, StringComparer.OrdinalIgnoreCase))
            request.Headers.TryAddWithoutValidation(name, asked.Headers[name]);
        using HttpResponseMessage answer = await http.SendAsync(request);
        byte[] body = await answer.Content.ReadAsByteArrayAsync();
        HttpListenerResponse response = context.Response;
        if (IsAway)
        {
            response.StatusCode = (int)HttpStatusCode.BadGateway;
            response.Close();
            return;
        }

        response.StatusCode = (int)answer.StatusCode;
        response.ContentType = answer.Content.Headers.ContentType?.ToString();
        foreach ((string name, IEnumerable<string> values) in answer.Headers.Where(h => !OfTheConnection.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
            response.Headers[name] = string.Join(", ", values);
        response.ContentLength64 = body.Length;
        await response.OutputStream.WriteAsync(body);
        response.Close();
    }
}
