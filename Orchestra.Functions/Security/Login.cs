using System.Net;
using Microsoft.AspNetCore.Http;

namespace Orchestra.Functions.Security;

/// <summary>
/// How a browser shows a key: a form, and then a cookie that holds not the key but a value made from it. It is sent to us by our own pages only
/// (SameSite=Strict) and no script can read it.
/// </summary>
internal static class Login
{
    public const string Cookie = "orchestra_login";
    private const string Path = "/login";

    /// <summary>Answers what has to do with logging in.</summary>
    /// <returns>Whether it was answered.</returns>
    public static async Task<bool> HandleAsync(HttpContext http, ApiKeys keys)
    {
        HttpRequest request = http.Request;
        if (request.Path == Path && HttpMethods.IsPost(request.Method))
        {
            await EnterAsync(http, keys);
            return true;
        }

        if (!IsPage(request))
            return false;
        // A link with a key: the key goes into the cookie and out of the address.
        if (request.Query["code"].FirstOrDefault() is { } code && keys.Find(code) is not null)
        {
            SetCookie(http, code);
            Redirect(http, $"{request.Path}{QueryString.Create(request.Query.Where(q => q.Key != "code"))}");
            return true;
        }

        if (keys.FindCookie(request.Cookies[Cookie]) is not null || keys.Find(request.Headers["x-functions-key"].FirstOrDefault()) is not null)
            return false;
        await AskAsync(http, $"{request.Path}{request.QueryString}", "");
        return true;
    }

    private static async Task EnterAsync(HttpContext http, ApiKeys keys)
    {
        IFormCollection form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;
        string target = form["return"].ToString();
        string code = form["code"].ToString().Trim();
        if (keys.Find(code) is null)
        {
            await AskAsync(http, target, "<p>This key is not valid.</p>");
            return;
        }

        SetCookie(http, code);
        Redirect(http, target);
    }

    private static void SetCookie(HttpContext http, string key) => http.Response.Cookies.Append(Cookie, ApiKeys.CookieOf(key), new CookieOptions
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        Path = "/",
    });

    // Only to ourselves: an address that names another host, in whatever disguise, leads to the start page.
    private static void Redirect(HttpContext http, string target)
    {
        bool own = target.StartsWith('/') && !target.StartsWith("//", StringComparison.Ordinal) && !target.Contains('\\') && !target.Any(char.IsControl);
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = own ? target : "/";
    }

    private static bool IsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static async Task AskAsync(HttpContext http, string target, string remark)
    {
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'";
        await http.Response.WriteAsync(
            $"""
            <!doctype html><html lang="en"><meta charset="utf-8"><title>Agent Orchestra</title>
            <h1>Agent Orchestra</h1>{remark}
            <form method="post" action="/login"><input type="hidden" name="return" value="{WebUtility.HtmlEncode(target)}">
            <label>Key <input type="password" name="code" autocomplete="current-password" required autofocus></label> <button>Enter</button></form></html>
            """, http.RequestAborted);
    }
}
