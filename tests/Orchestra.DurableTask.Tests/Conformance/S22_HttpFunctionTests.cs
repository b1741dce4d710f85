using System.Net;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orchestra.DurableTask.Tests.Hosting;

namespace Orchestra.DurableTask.Tests.Conformance;

public class S22_HttpFunctionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/api/Open", HttpStatusCode.OK, "open")]
    [InlineData("GET", "/API/OPEN", HttpStatusCode.OK, "open")]
    [InlineData("GET", "/Open", HttpStatusCode.NotFound, "")]
    [InlineData("POST", "/api/Open", HttpStatusCode.NotFound, "")]
    [InlineData("GET", "/api/shared", HttpStatusCode.OK, "first")]
    [InlineData("GET", "/api/items/5d1a8f2e-94a3-4a4f-9a55-9c7d3a4f7f10", HttpStatusCode.OK, "5d1a8f2e94a34a4f9a559c7d3a4f7f10-")]
    [InlineData("GET", "/api/items/5d1a8f2e-94a3-4a4f-9a55-9c7d3a4f7f10/p", HttpStatusCode.OK, "5d1a8f2e94a34a4f9a559c7d3a4f7f10-p")]
    [InlineData("GET", "/api/items/7", HttpStatusCode.NotFound, "")]
    public async Task S22_01_Routes(string verb, string path, HttpStatusCode status, string body)
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await AssertAsync(app, verb, path, status, body);
    }

    [Theory]
    [InlineData("v1", "/v1/Open")]
    [InlineData("", "/Open")]
    public async Task S22_01_The_prefix_can_be_set_and_removed(string prefix, string path)
    {
        await using ManagedApp app = await ManagedApp.StartAsync(("AzureFunctionsJobHost:extensions:http:routePrefix", prefix));
        await AssertAsync(app, "GET", path, HttpStatusCode.OK, "open");
        await AssertAsync(app, "GET", "/api/Open", HttpStatusCode.NotFound, "");
    }

    [Theory]
    [InlineData("", null, HttpStatusCode.Unauthorized, "")]
    [InlineData("?code=wrong", null, HttpStatusCode.Unauthorized, "")]
    [InlineData("?code=key", null, HttpStatusCode.OK, "guarded")]
    [InlineData("", "key", HttpStatusCode.OK, "guarded")]
    [InlineData("?code=key", "wrong", HttpStatusCode.Unauthorized, "")]
    public async Task S22_02_The_key_comes_from_the_header_else_from_the_query(string query, string? header, HttpStatusCode status, string body)
    {
        await using ManagedApp app = await ManagedApp.StartAsync(("ORCHESTRA_FUNCTION_KEY", "key"));
        await AssertAsync(app, "GET", "/api/Guarded" + query, status, body, header);
        await AssertAsync(app, "GET", "/api/Open", HttpStatusCode.OK, "open");
    }

    [Fact]
    public async Task S22_03_Locally_no_key_is_asked_for()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await AssertAsync(app, "GET", "/api/Guarded", HttpStatusCode.OK, "guarded");
    }

    [Fact]
    public async Task S22_04_A_disabled_function_is_not_found()
    {
        await using ManagedApp app = await ManagedApp.StartAsync(("AzureWebJobs.Open.Disabled", "true"));
        await AssertAsync(app, "GET", "/api/Open", HttpStatusCode.NotFound, "");
    }

    [Fact]
    public async Task S22_05_An_exception_is_an_empty_500_and_no_result_an_empty_200()
    {
        await using ManagedApp app = await ManagedApp.StartAsync();
        await AssertAsync(app, "GET", "/api/Throws", HttpStatusCode.InternalServerError, "");
        await AssertAsync(app, "GET", "/api/Silent", HttpStatusCode.OK, "");
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("runtime/webhooks")]
    public async Task S22_06_The_hosts_own_paths_are_reserved(string prefix) =>
        await Assert.ThrowsAnyAsync<InvalidOperationException>(async () => await ManagedApp.StartAsync(("AzureFunctionsJobHost:extensions:http:routePrefix", prefix)));

    private static async Task AssertAsync(ManagedApp app, string verb, string path, HttpStatusCode status, string body, string? key = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        using HttpResponseMessage response = await app.Http.SendAsync(request, Cancellation);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task S22_07_A_timer_that_missed_a_run_while_the_host_was_down_is_past_due_and_its_schedule_is_kept()
    {
        DateTimeOffset noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var log = new TimerLog();
        await using TestApp app = await TestApp.StartAsync(
            builder =>
            {
                string folder = Path.Combine(builder.Configuration["ORCHESTRA_DATA"]!, "timers");
                Directory.CreateDirectory(folder);
                File.WriteAllText(Path.Combine(folder, "missed.json"), """{"schedule":"0 0 * * * *","last":"2026-03-01T09:00:00Z","next":"2026-03-01T10:00:00Z","lastUpdated":"2026-03-01T09:00:00Z"}""");
                builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(noon)).AddSingleton(log);
            },
            typeof(MissedTimer));

        TimerInfo run = await log.NextAsync();

        Assert.True(run.IsPastDue);
        Assert.Equal(new DateTime(2026, 3, 1, 9, 0, 0, DateTimeKind.Utc), run.ScheduleStatus!.Last);
        Assert.Equal(new DateTime(2026, 3, 1, 10, 0, 0, DateTimeKind.Utc), run.ScheduleStatus.Next);
    }
}

public sealed class MissedTimer(TimerLog log)
{
    [Function("Missed")]
    public void Missed([TimerTrigger("0 0 * * * *")] TimerInfo timer) => log.Add(timer);
}
