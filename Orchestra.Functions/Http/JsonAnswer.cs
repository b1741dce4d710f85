using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Orchestra.Core;

namespace Orchestra.Functions.Http;

/// <summary>A JSON answer. What is read gets an ETag of its content, so that a client which has it already gets 304 and nothing else.</summary>
internal sealed class JsonAnswer(object value, int status) : IActionResult
{
    public async Task ExecuteResultAsync(ActionContext context)
    {
        HttpRequest request = context.HttpContext.Request;
        HttpResponse response = context.HttpContext.Response;
        byte[] content = Encoding.UTF8.GetBytes(Json.Write(value));
        response.StatusCode = status;
        if (status == StatusCodes.Status200OK && HttpMethods.IsGet(request.Method))
        {
            string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"";
            response.Headers.ETag = tag;
            if (Matches(request.Headers.IfNoneMatch.ToString(), tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = content.Length;
        await response.Body.WriteAsync(content, context.HttpContext.RequestAborted);
    }

    /// <param name="given">The request's <c>If-None-Match</c>.</param>
    public static bool Matches(string given, string tag) =>
        given.Split(',', StringSplitOptions.TrimEntries).Any(t => t == "*" || t == tag || t == "W/" + tag);
}
