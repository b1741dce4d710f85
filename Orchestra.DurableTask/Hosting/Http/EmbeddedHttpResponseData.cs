using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The worker's own response type. It is kept in memory until the function returns it.</summary>
internal sealed class EmbeddedHttpResponseData(FunctionContext functionContext) : HttpResponseData(functionContext)
{
    private readonly EmbeddedHttpCookies cookies = new();

    public override HttpStatusCode StatusCode { get; set; } = HttpStatusCode.OK;

    public override HttpHeadersCollection Headers { get; set; } = [];

    public override Stream Body { get; set; } = new MemoryStream();

    public override HttpCookies Cookies => cookies;

    public static async Task WriteAsync(HttpResponseData data, HttpContext http)
    {
        HttpResponse response = http.Response;
        response.StatusCode = (int)data.StatusCode;
        foreach ((string name, IEnumerable<string> values) in data.Headers)
        {
            // The server frames the body itself.
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                response.Headers[name] = values.ToArray();
        }

        (data.Cookies as EmbeddedHttpCookies)?.WriteTo(response);
        if (data.Body.CanSeek)
            data.Body.Position = 0;
        await data.Body.CopyToAsync(response.Body, http.RequestAborted);
    }
}
