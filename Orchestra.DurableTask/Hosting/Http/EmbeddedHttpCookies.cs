using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Http;
using WorkerSameSite = Microsoft.Azure.Functions.Worker.Http.SameSite;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Cookies that a function sets on its response.</summary>
internal sealed class EmbeddedHttpCookies : HttpCookies
{
    private readonly List<IHttpCookie> cookies = [];

    public override void Append(string name, string value) => cookies.Add(new HttpCookie(name, value));

    public override void Append(IHttpCookie cookie) => cookies.Add(cookie);

    public override IHttpCookie CreateNew() => new HttpCookie(string.Empty, string.Empty);

    public void WriteTo(HttpResponse response)
    {
        foreach (IHttpCookie cookie in cookies)
        {
            response.Cookies.Append(cookie.Name, cookie.Value, new CookieOptions
            {
                Domain = cookie.Domain,
                Path = cookie.Path,
                Expires = cookie.Expires,
                HttpOnly = cookie.HttpOnly ?? false,
                Secure = cookie.Secure ?? false,
                MaxAge = cookie.MaxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                SameSite = cookie.SameSite switch
                {
                    WorkerSameSite.Lax => SameSiteMode.Lax,
                    WorkerSameSite.Strict => SameSiteMode.Strict,
                    WorkerSameSite.ExplicitNone => SameSiteMode.None,
                    _ => SameSiteMode.Unspecified,
                },
            });
        }
    }
}
