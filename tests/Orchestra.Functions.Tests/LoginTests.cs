using System.Net;

namespace Orchestra.Functions.Tests;

/// <summary>A browser shows its key once and then a cookie.</summary>
public sealed class LoginTests
{
    private const string Key = "operate-key-0123456789";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_form_gives_a_cookie_that_is_not_the_key()
    {
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_API_KEYS=bob:operate:{Key},ann:read:read-key-0123456789");
        using HttpClient browser = Browser(host, out CookieContainer cookies);
        using HttpResponseMessage form = await browser.GetAsync("/project/x?a=<b>", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, form.StatusCode);
        string page = await form.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("action=\"/login\"", page);
        Assert.DoesNotContain("<b>", page);

        Assert.Equal(HttpStatusCode.Unauthorized, (await EnterAsync(browser, "wrong-key-0123456789", "/")).StatusCode);
        using HttpResponseMessage entered = await EnterAsync(browser, Key, "/project/x");
        Assert.Equal((HttpStatusCode.SeeOther, "/project/x"), (entered.StatusCode, entered.Headers.Location!.ToString()));
        string cookie = entered.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=strict", cookie);
        Assert.DoesNotContain(Key, cookie);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/gm/projects", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/project/x", Cancel)).StatusCode);
        Assert.Single(cookies.GetAllCookies());
    }

    [Fact]
    public async Task A_link_with_a_key_leaves_it_out_of_the_address()
    {
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_API_KEY={Key}");
        using HttpClient browser = Browser(host, out _);
        using HttpResponseMessage answer = await browser.GetAsync($"/projects?a=1&code={Key}", Cancel);
        Assert.Equal((HttpStatusCode.SeeOther, "/projects?a=1"), (answer.StatusCode, answer.Headers.Location!.ToString()));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/gm/projects", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    public async Task Nobody_is_led_elsewhere(string target)
    {
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_API_KEY={Key}");
        using HttpClient browser = Browser(host, out _);
        Assert.Equal("/", (await EnterAsync(browser, Key, target)).Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_page_of_the_dashboard_needs_more_than_reading()
    {
        await using HostSetup host = await HostSetup.StartAsync("ORCHESTRA_API_KEYS=ann:read:read-key-0123456789");
        using HttpClient browser = Browser(host, out _);
        await EnterAsync(browser, "read-key-0123456789", "/");
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/gm/projects", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/", Cancel)).StatusCode);
    }

    private static HttpClient Browser(HostSetup host, out CookieContainer cookies)
    {
        var handler = new HttpClientHandler { AllowAutoRedirect = false };
        cookies = handler.CookieContainer;
        var browser = new HttpClient(handler) { BaseAddress = host.Address };
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html,*/*");
        return browser;
    }

    private static Task<HttpResponseMessage> EnterAsync(HttpClient browser, string key, string target) =>
        browser.PostAsync("/login", new FormUrlEncodedContent(new Dictionary<string, string> { ["code"] = key, ["return"] = target }), Cancel);
}
