using System.Net;

namespace Orchestra.Storage.Tests;

/// <summary>Stands between client and server and refuses requests, or does them and loses the answer.</summary>
internal sealed class Faults() : DelegatingHandler(new HttpClientHandler())
{
    private int refusals;
    private int losses;
    private HttpStatusCode refusal;

    /// <summary>Refusals still to come.</summary>
    public int Left => refusals;

    public void Refuse(int times, HttpStatusCode answer) => (refusal, refusals) = (answer, times);

    public void LoseAnswers(int times) => losses = times;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (refusals > 0)
        {
            refusals--;
            return new HttpResponseMessage(refusal) { RequestMessage = request, Content = new ByteArrayContent([]) };
        }

        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (losses == 0)
            return response;
        losses--;
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        response.Dispose();
        throw new HttpRequestException("The answer got lost.");
    }
}
