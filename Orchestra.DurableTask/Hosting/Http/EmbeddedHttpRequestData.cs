using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Orchestra.DurableTask.Hosting;

/// <summary>The worker's own request type over an ASP.NET Core request.</summary>
internal sealed class EmbeddedHttpRequestData(FunctionContext functionContext, HttpRequest request) : HttpRequestData(functionContext)
{
    private IReadOnlyCollection<IHttpCookie>? cookies;
    private HttpHeadersCollection? headers;

    public override Stream Body => request.Body;

    public override HttpHeadersCollection Headers =>
        headers ??= new(request.Headers.Select(h => KeyValuePair.Create(h.Key, h.Value.Select(v => v ?? string.Empty))));

    public override IReadOnlyCollection<IHttpCookie> Cookies => cookies ??= [.. request.Cookies.Select(c => new HttpCookie(c.Key, c.Value))];

    public override Uri Url { get; } = new(request.GetEncodedUrl());

    public override IEnumerable<ClaimsIdentity> Identities => request.HttpContext.User.Identities;

    public override string Method => request.Method;

    public override HttpResponseData CreateResponse() => new EmbeddedHttpResponseData(FunctionContext);
}
