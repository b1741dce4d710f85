namespace Orchestra.ApiAgent;

/// <summary>Notes what an answer's <c>Retry-After</c> asks for, which the client's exceptions do not tell.</summary>
internal sealed class RetryAdvice : DelegatingHandler
{
    private TimeSpan? noted;

    /// <summary>What the last answer asked for; forgotten once it is taken.</summary>
    public TimeSpan? Take()
    {
        TimeSpan? taken = noted;
        noted = null;
        return taken;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        noted = null;
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        noted = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date > DateTimeOffset.UtcNow ? date - DateTimeOffset.UtcNow : TimeSpan.Zero,
            _ => null,
        };
        return response;
    }
}
