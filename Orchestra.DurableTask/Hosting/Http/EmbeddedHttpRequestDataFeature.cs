using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Gives middleware and function the same request object, made when first asked for.</summary>
internal sealed class EmbeddedHttpRequestDataFeature(HttpContext http) : IHttpRequestDataFeature
{
    private HttpRequestData? request;

    public ValueTask<HttpRequestData?> GetHttpRequestDataAsync(FunctionContext context) =>
        new(request ??= new EmbeddedHttpRequestData(context, http.Request));
}
