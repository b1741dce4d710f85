using System.Globalization;
using System.Net;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.DurableTask;
using Microsoft.Extensions.Primitives;

namespace Orchestra.DurableTask.Functions;

/// <summary>
/// One durable HTTP call: each request is an activity, each wait between requests a durable timer, so that neither a retry
/// nor a long poll is begun again after a crash.
/// </summary>
internal sealed class DurableHttpCall(TaskOrchestrationContext context, DurableHttpRequest request)
{
    public const string ActivityName = "BuiltIn::HttpActivity";

    /// <summary>The wait between polls where the answer names none, as in the genuine host.</summary>
    private static readonly TimeSpan DefaultPoll = TimeSpan.FromSeconds(30);

    public async Task<DurableHttpResponse> RunAsync()
    {
        DurableHttpResponse response = await SendAsync(request);
        while (request.AsynchronousPatternEnabled && response.StatusCode == HttpStatusCode.Accepted && Header(response, "Location") is { } location)
        {
            await context.CreateTimer(RetryAfter(response), CancellationToken.None);
            response = await SendAsync(new DurableHttpRequest(HttpMethod.Get, new Uri(request.Uri, location))
            {
                Headers = request.Headers,
                HttpRetryOptions = request.HttpRetryOptions,
                Timeout = request.Timeout,
            });
        }

        return response;
    }

    private async Task<DurableHttpResponse> SendAsync(DurableHttpRequest one)
    {
        HttpRetryOptions? retry = one.HttpRetryOptions;
        DateTime start = context.CurrentUtcDateTime;
        for (int attempt = 1; ; attempt++)
        {
            DurableHttpResponse response = await context.CallActivityAsync<DurableHttpResponse>(ActivityName, one);
            if (retry is null || !IsRetried(retry, response.StatusCode) || attempt >= retry.MaxNumberOfAttempts
                || context.CurrentUtcDateTime - start >= retry.RetryTimeout)
                return response;
            double wait = retry.FirstRetryInterval.TotalMilliseconds * Math.Pow(retry.BackoffCoefficient, attempt - 1);
            await context.CreateTimer(TimeSpan.FromMilliseconds(Math.Min(wait, retry.MaxRetryInterval.TotalMilliseconds)), CancellationToken.None);
        }
    }

    private static bool IsRetried(HttpRetryOptions retry, HttpStatusCode status) =>
        retry.StatusCodesToRetry.Count > 0 ? retry.StatusCodesToRetry.Contains(status) : (int)status >= 400;

    private static TimeSpan RetryAfter(DurableHttpResponse response) =>
        int.TryParse(Header(response, "Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? TimeSpan.FromSeconds(seconds) : DefaultPoll;

    private static string? Header(DurableHttpResponse response, string name) =>
        response.Headers?.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { Count: > 0 } values ? values[0] : null;
}

/// <summary>Sends one request of a durable HTTP call. A failure to reach the server fails the activity.</summary>
internal sealed class HttpActivity(HttpClient http) : TaskActivity<DurableHttpRequest, DurableHttpResponse>
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(100);

    public override async Task<DurableHttpResponse> RunAsync(TaskActivityContext context, DurableHttpRequest input)
    {
        using var message = new HttpRequestMessage(input.Method, input.Uri);
        if (input.Content is { } content)
        {
            message.Content = new StringContent(content);
            message.Content.Headers.ContentType = null;
        }

        foreach ((string name, StringValues values) in input.Headers ?? new Dictionary<string, StringValues>())
        {
            if (!message.Headers.TryAddWithoutValidation(name, values.ToArray()))
                message.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        using var limit = new CancellationTokenSource(input.Timeout ?? DefaultTimeout);
        using HttpResponseMessage answer = await http.SendAsync(message, limit.Token).ConfigureAwait(false);
        return new DurableHttpResponse(answer.StatusCode)
        {
            Headers = answer.Headers.Concat(answer.Content.Headers).ToDictionary(h => h.Key, h => new StringValues([.. h.Value])),
            Content = await answer.Content.ReadAsStringAsync(limit.Token).ConfigureAwait(false),
        };
    }
}
