using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Functions.Http;

namespace Orchestra.Functions.OpenApi;

/// <summary><c>/openapi/v1.json</c> and the page that shows it. Nothing of it comes from elsewhere.</summary>
public sealed class ApiPageFunctions
{
    // The page's program sets styles and draws pictures by itself; it may talk to us only.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Page =
        """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Agent Orchestra API</title><link rel="icon" href="data:,"></head>
        <body>
        <script id="api-reference" data-url="/openapi/v1.json" data-configuration='{"withDefaultFonts":false,"telemetry":false,"hideClientButton":true,"agent":{"disabled":true}}'></script>
        <script src="/scalar/scalar.js"></script>
        </body>
        </html>
        """;

    private static readonly Lazy<object> Document = new(
        () => ApiDocument.Create(typeof(ApiPageFunctions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "1"));

    private static readonly Lazy<byte[]> Script = new(ReadScript);

    [Function("OpenApi")]
    [Api("This document.")]
    public IActionResult OpenApi([HttpTrigger(AuthorizationLevel.Function, "get", Route = "openapi/v1.json")] HttpRequest request) => Answers.Ok(Document.Value);

    [Function("ApiPage")]
    [Api("The API as a page.", Answer = "text/html")]
    public IActionResult Show([HttpTrigger(AuthorizationLevel.Function, "get", Route = "scalar")] HttpRequest request)
    {
        request.HttpContext.Response.Headers.ContentSecurityPolicy = Policy;
        return new ContentResult { Content = Page, ContentType = "text/html; charset=utf-8" };
    }

    [Function("ApiPageScript")]
    [Api("The page's program.", Answer = "text/javascript")]
    public IActionResult ShowScript([HttpTrigger(AuthorizationLevel.Function, "get", Route = "scalar/scalar.js")] HttpRequest request)
    {
        request.HttpContext.Response.Headers.ContentEncoding = "gzip";
        return new FileContentResult(Script.Value, "text/javascript; charset=utf-8");
    }

    private static byte[] ReadScript()
    {
        // Only the file in it is used; the package's own endpoints would need inline script.
        using Stream stream = Assembly.Load("Scalar.AspNetCore").GetManifestResourceStream("ScalarStaticAssets.scalar.js")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
