using System.Text.Json.Nodes;
using Orchestra.Core.Audit;

namespace Orchestra.Functions.Tests;

/// <summary>The audit log: who, what, outcome; and that tampering shows.</summary>
public sealed class AuditTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_and_refusals_are_on_record_with_who_asked()
    {
        await using HostSetup host = await HostSetup.StartAsync("ORCHESTRA_API_KEYS=ann:read:read-key-0123456789,bob:operate:operate-key-0123456789");
        using var http = new HttpClient { BaseAddress = host.Address };
        await SendAsync(http, HttpMethod.Get, "/api/gm/projects?code=read-key-0123456789");
        await SendAsync(http, HttpMethod.Post, "/api/gm/launch?code=operate-key-0123456789");
        await SendAsync(http, HttpMethod.Post, "/api/gm/launch?code=read-key-0123456789");
        await SendAsync(http, HttpMethod.Post, "/api/gm/launch?code=wrong");
        await SendAsync(http, HttpMethod.Delete, "/api/gm/projects/x?code=operate-key-0123456789");
        string file = Path.Combine(host.DataFolder, "audit.log");
        string[] lines = [];
        await Eventually.TrueAsync(
            () => (lines = Lines(file)).Length == 4, () => string.Join('\n', lines));

        Assert.Equal(
            ["bob POST /api/gm/launch 400", "ann POST /api/gm/launch 403", " POST /api/gm/launch 401", "bob DELETE /api/gm/projects/x 405"],
            lines.Select(l => JsonNode.Parse(l)!).Select(e => $"{e["caller"]} {e["method"]} {e["path"]} {e["status"]}"));
        Assert.All(lines, l => Assert.DoesNotContain("key-0123", l));
        Assert.All(lines, l => Assert.Contains("127.0.0.1", l));
        Assert.Null(AuditChain.Verify(lines, null).Problem);
    }

    [Fact]
    public async Task The_chain_goes_on_over_a_restart_and_a_torn_line()
    {
        string folder = Directory.CreateTempSubdirectory("orchestra-audit-").FullName;
        for (int run = 0; run < 2; run++)
        {
            await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_DATA={folder}");
            using var http = new HttpClient { BaseAddress = host.Address };
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(http, HttpMethod.Post, "/api/gm/launch")));
            await Eventually.TrueAsync(
                () => Lines(Path.Combine(folder, "audit.log")).Length >= 20 * (run + 1) + run, () => "Too few entries.");
            await File.AppendAllTextAsync(Path.Combine(folder, "audit.log"), "{\"seq\":21,\"at\":", Cancel);
        }

        AuditVerdict verdict = AuditChain.Verify(Lines(Path.Combine(folder, "audit.log")), null);
        Assert.Equal((40, 2, null), (verdict.Head.Seq, verdict.Torn, verdict.Problem));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Tampering_shows()
    {
        List<string> lines = [];
        List<AuditHead> heads = [AuditHead.Empty];
        for (int i = 0; i < 5; i++)
        {
            (string line, AuditHead head) = AuditChain.Append(heads[^1], new AuditEntry(DateTime.UnixEpoch, "ann", "::1", "POST", $"/{i}", 200));
            lines.Add(line);
            heads.Add(head);
        }

        Assert.Equal(new AuditVerdict(heads[5], 0, null), AuditChain.Verify(lines, heads[3]));
        Assert.Contains("line 3", AuditChain.Verify([.. lines[..2], lines[2].Replace("/2", "/9"), .. lines[3..]], null).Problem!);
        Assert.Contains("line 3", AuditChain.Verify([.. lines[..2], .. lines[3..]], null).Problem!);
        Assert.Contains("line 2", AuditChain.Verify([lines[0], lines[2], lines[1], .. lines[3..]], null).Problem!);
        Assert.Contains("line 4", AuditChain.Verify([.. lines[..3], lines[2], .. lines[3..]], null).Problem!);
        Assert.Contains("line 3", AuditChain.Verify([.. lines[..2], "torn", .. lines[3..]], null).Problem!.Replace("line 4", "line 3"));
        Assert.Null(AuditChain.Verify(lines[..4], null).Problem);
        Assert.Contains("cut off", AuditChain.Verify(lines[..4], heads[5]).Problem!);
    }

    // Without a lock: the host may be writing.
    private static string[] Lines(string file)
    {
        if (!File.Exists(file))
            return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task SendAsync(HttpClient http, HttpMethod verb, string path)
    {
        using var request = new HttpRequestMessage(verb, path) { Content = verb == HttpMethod.Get ? null : new StringContent("{") };
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
    }
}
