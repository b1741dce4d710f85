using Microsoft.AspNetCore.Http;
using Orchestra.Client;

namespace Orchestra.Dashboard;

/// <summary>A session's output as a file: the API, which a browser may not reach or not be allowed to, is asked on its behalf.</summary>
internal static class Output
{
    public static async Task SendAsync(string session, HttpContext http, OrchestraClient client)
    {
        HttpResponse response = http.Response;
        try
        {
            using HttpResponseMessage output = await client.DownloadOutputAsync(session, http.RequestAborted);
            response.ContentType = "text/plain; charset=utf-8";
            response.Headers.ContentDisposition = output.Content.Headers.ContentDisposition?.ToString();
            response.ContentLength = output.Content.Headers.ContentLength;
            await output.Content.CopyToAsync(response.Body, http.RequestAborted);
        }
        catch (ApiError e) when (!response.HasStarted)
        {
            response.StatusCode = e is NotFoundError ? StatusCodes.Status404NotFound : StatusCodes.Status502BadGateway;
            response.ContentType = "text/plain; charset=utf-8";
            await response.WriteAsync(e.Message, http.RequestAborted);
        }
    }
}
