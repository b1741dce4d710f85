using System.Net;
using System.Net.Http.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orchestra.DurableTask.Tests.Hosting;

public sealed class HttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<TestApp> StartAsync(Action<FunctionsApplicationBuilder>? configure = null) => TestApp.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<Greeter>();
            configure?.Invoke(builder);
        },
        typeof(HttpFunctions));

    [Fact]
    public async Task A_function_is_served_under_the_prefix_whatever_the_case()
    {
        await using TestApp app = await StartAsync();
        Assert.Equal("""{"greeting":"hello you"}""", await app.GetAsync("/API/plain"));
    }

    [Fact]
    public async Task An_empty_prefix_is_no_prefix()
    {
        await using TestApp app = await StartAsync(b => b.Configuration["AzureFunctionsJobHost:extensions:http:routePrefix"] = "");
        Assert.Equal("""{"greeting":"hello you"}""", await app.GetAsync("/Plain"));
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync("/api/Plain", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Route_values_are_bound_by_name_and_the_query_is_not()
    {
        await using TestApp app = await StartAsync();
        var id = Guid.NewGuid();
        string json = await app.GetAsync($"/api/typed/{id}/7?query=x");
        Assert.Equal($$"""{"id":"{{id}}","count":7,"kind":"none","query":null,"name":"Typed","canBeCanceled":true}""", json);
        Assert.Contains("\"kind\":\"big\"", await app.GetAsync($"/api/typed/{id}/7/big"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/typed/not-a-guid/7", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/missing", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/api/orders/1", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/nothing", HttpStatusCode.OK)]
    [InlineData("GET", "/api/fails", HttpStatusCode.InternalServerError)]
    [InlineData("GET", "/api/multi", (HttpStatusCode)418)]
    public async Task Answers_without_a_body(string method, string path, HttpStatusCode expected)
    {
        await using TestApp app = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using HttpResponseMessage response = await app.Http.SendAsync(request, Cancellation);
        Assert.Equal(expected, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.False(response.Content.Headers.Contains("Allow"));
    }

    [Fact]
    public async Task Two_functions_may_share_a_route_with_different_verbs()
    {
        await using TestApp app = await StartAsync();
        Assert.Equal("5", await app.GetAsync("/api/orders/5"));
        using HttpResponseMessage response = await app.Http.PostAsJsonAsync("/api/orders/5", new Order("x", 3), Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("""{"id":"5","qty":3}""", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_body_that_is_no_json_fails_the_invocation()
    {
        await using TestApp app = await StartAsync();
        using var content = new StringContent("{", System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await app.Http.PostAsync("/api/orders/5", content, Cancellation);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Fact]
    public async Task The_workers_own_request_and_response_work()
    {
        await using TestApp app = await StartAsync();
        using HttpResponseMessage response = await app.Http.PostAsJsonAsync("/api/classic?q=1", new Order("a", 2), Cancellation);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("1", Assert.Single(response.Headers.GetValues("X-Query")));
        Assert.StartsWith("seen=yes", Assert.Single(response.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""{"Id":"a","Qty":2}""", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_configured_key_is_asked_for()
    {
        await using TestApp app = await StartAsync(b => b.Configuration["ORCHESTRA_FUNCTION_KEY"] = "k1");
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync("/api/plain", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Http.GetAsync("/api/guarded", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Http.GetAsync("/api/guarded?code=k2", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync("/api/guarded?code=k1", Cancellation)).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/guarded") { Headers = { { "x-functions-key", "k1" } } };
        Assert.Equal(HttpStatusCode.OK, (await app.Http.SendAsync(request, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Middleware_sees_the_request_and_may_change_the_result()
    {
        await using TestApp app = await StartAsync(b => b.UseMiddleware(async (context, next) =>
        {
            await next();
            Assert.NotNull(context.GetHttpContext());
            if ((await context.GetHttpRequestDataAsync())!.Query["teapot"] is not null)
                context.GetInvocationResult().Value = new Microsoft.AspNetCore.Mvc.StatusCodeResult(418);
        }));
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync("/api/plain", Cancellation)).StatusCode);
        Assert.Equal((HttpStatusCode)418, (await app.Http.GetAsync("/api/plain?teapot=1", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task A_disabled_function_is_not_found()
    {
        await using TestApp app = await StartAsync(b => b.Configuration["AzureWebJobs.Plain.Disabled"] = "true");
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync("/api/plain", Cancellation)).StatusCode);
    }
}
