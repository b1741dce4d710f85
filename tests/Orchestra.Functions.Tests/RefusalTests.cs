using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Orchestra.Functions.Tests;

/// <summary>What is refused says what to mend, or when to come again.</summary>
public sealed class RefusalTests(HostFixture shared) : IClassFixture<HostFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("text/xml", "Content-Type", "application/json")]
    [InlineData("multipart/form-data; boundary=x", "Content-Type", "application/json")]
    [InlineData("application/json; charset=utf-16", "Content-Type", "utf-8")]
    [InlineData("nonsense", "Content-Type", "application/json")]
    public async Task A_body_of_another_media_type_is_415_and_says_what_is_read(string type, string field, string fix)
    {
        using HttpContent body = Body("{}"u8.ToArray(), type);
        await RefusedAsync(body, HttpStatusCode.UnsupportedMediaType, field, fix);
    }

    [Fact]
    public async Task A_compressed_body_is_415_and_says_so()
    {
        using HttpContent body = Body([0x1f, 0x8b, 8], "application/json");
        body.Headers.ContentEncoding.Add("gzip");
        await RefusedAsync(body, HttpStatusCode.UnsupportedMediaType, "Content-Encoding", "plain");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json; charset=UTF-8")]
    [InlineData("application/problem+json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    public async Task What_curl_and_scripts_call_json_is_read(string? type)
    {
        using HttpContent body = Body("{}"u8.ToArray(), type);
        await RefusedAsync(body, HttpStatusCode.UnprocessableEntity, "agents", "");
    }

    [Fact]
    public async Task One_web_socket_too_many_is_told_when_to_come_again()
    {
        await using HostSetup host = await HostSetup.StartAsync("Orchestra:Sockets:MaxSockets=1");
        using SocketClient open = await SocketClient.ConnectAsync(host.Address, "/ws/gm");
        using var http = new HttpClient { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ws/gm");
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("websocket"));
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        Assert.Equal((HttpStatusCode.TooManyRequests, "30"), (response.StatusCode, response.Headers.GetValues("Retry-After").Single()));
        Assert.Contains("MaxSockets", await response.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task A_host_whose_data_folder_is_gone_is_not_ready_and_says_when_to_ask_again()
    {
        await using HostSetup host = await HostSetup.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Address };
        string away = host.DataFolder + "-away";
        Directory.Move(host.DataFolder, away);
        await File.WriteAllTextAsync(host.DataFolder, "", Cancel);
        using (HttpResponseMessage not = await http.GetAsync("/readyz", Cancel))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (not.StatusCode, not.Headers.GetValues("Retry-After").Single()));
            JsonNode said = JsonNode.Parse(await not.Content.ReadAsStringAsync(Cancel))!;
            Assert.Equal(("not_ready", "IOException"), ((string)said["status"]!, (string)said["checks"]!["data"]!));
        }

        File.Delete(host.DataFolder);
        Directory.Move(away, host.DataFolder);
        using HttpResponseMessage ready = await http.GetAsync("/readyz", Cancel);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.False(ready.Headers.Contains("Retry-After"));
    }

    private async Task RefusedAsync(HttpContent body, HttpStatusCode status, string field, string fix)
    {
        using var http = new HttpClient { BaseAddress = shared.Address };
        using HttpResponseMessage response = await http.PostAsync("/api/gm/launch", body, Cancel);
        JsonNode problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal((field, (int)status), ((string)problem["field"]!, (int)problem["status"]!));
        Assert.Contains(fix, (string)problem["detail"]!);
    }

    private static ByteArrayContent Body(byte[] bytes, string? type)
    {
        var content = new ByteArrayContent(bytes);
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }
}
