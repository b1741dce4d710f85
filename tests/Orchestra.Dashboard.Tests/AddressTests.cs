using System.Net;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Orchestra.Dashboard.Tests;

/// <summary>Addresses that people mistype or keep for too long: each gets a page that says what is wrong with it.</summary>
public sealed class AddressTests(DashboardFixture dashboard)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/no-such-page")]
    [InlineData("/workflows/a/b")]
    public async Task A_page_says_that_there_is_none(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/html" } } };
        using HttpResponseMessage answer = await dashboard.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("script-src 'self';", answer.Headers.GetValues("Content-Security-Policy").Single());

        // Who asks for no page gets none, and the API answers for itself.
        Assert.Equal("", await (await dashboard.Http.GetAsync(path, Cancel)).Content.ReadAsStringAsync(Cancel));
        using var api = new HttpRequestMessage(HttpMethod.Get, $"/api{path}") { Headers = { { "Accept", "text/html" } } };
        using HttpResponseMessage refused = await dashboard.Http.SendAsync(api, Cancel);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);

        (IPage page, List<string> complaints) = await dashboard.OpenAsync(path);
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "There is no such page" })).ToBeVisibleAsync();
        await Expect(page).ToHaveTitleAsync("Not found · Agent Orchestra");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "To the inbox" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Inbox" })).ToBeVisibleAsync();
        // That the address itself was answered with 404 is all that the browser has to say.
        Assert.All(complaints, complaint => Assert.Contains("404", complaint));
    }

    [Theory]
    [InlineData("/projects?offset=abc", "Projects", "offset: 'abc' is no place in this list.")]
    [InlineData("/history?offset=-3", "History", "offset: '-3' is no place in this list.")]
    [InlineData("/teams?offset=1.5", "Teams", "offset: '1.5' is no place in this list.")]
    [InlineData("/teams?offset=99999999", "Teams", "offset: Must be a whole number from 0 to 1000000.")]
    [InlineData("/workflows?status=Lost", "Workflows", "status: 'Lost' is unknown. Known are: Running,")]
    public async Task A_list_names_what_is_wrong_with_its_address_and_what_would_be_right(string path, string heading, string trouble)
    {
        (IPage page, List<string> complaints) = await dashboard.OpenAsync(path);
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = heading, Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(trouble);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task On_a_phone_the_page_among_the_folded_ones_is_seen_to_be_there()
    {
        (IPage page, _) = await dashboard.OpenAsync("/costs", width: 375);
        ILocator more = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "More" });
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        string there = await WeightAsync();
        await more.PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Teams" }).PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Teams" })).ToBeHiddenAsync();
        await Expect(more).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Projects" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Projects" })).ToBeVisibleAsync();
        Assert.Equal("600", there);
        Assert.Equal("400", await WeightAsync());

        Task<string> WeightAsync() => more.EvaluateAsync<string>("e => getComputedStyle(e).fontWeight");
    }
}
