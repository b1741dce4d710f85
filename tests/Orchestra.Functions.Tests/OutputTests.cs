using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Agents' output: read by offset, followed, told live, with secrets masked.</summary>
public sealed class OutputTests(HostFixture shared) : IClassFixture<HostFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Output_is_told_live_without_loss_also_to_a_client_that_comes_back()
    {
        const string Script = "for i in $(seq 1 30); do echo \"Zeile $i é\"; done; printf 'Continue? '; until test -f go; do sleep 0.05; done; for i in $(seq 1 5000); do echo line $i; done; printf end";
        using TestRepository repository = TestRepository.Create();
        string worktree = "";
        using SocketClient first = await SocketClient.ConnectAsync(shared.Address, "/ws/teams");
        string id = await shared.Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent(Script)));
        var told = new StringBuilder();
        string session = "";
        List<JsonObject> seen = await first.UntilAsync(m =>
        {
            if ((string)m["type"]! == "new_team_session")
                worktree = Directory.GetDirectories(Path.Combine(shared.DataFolder, "worktrees")).Single(d => d.EndsWith((string)m["session_id"]!, StringComparison.Ordinal));
            session = (string)m["session_id"]!;
            told.Append(Data(m));
            return told.ToString().EndsWith("Continue? ", StringComparison.Ordinal);
        });
        Assert.Equal($"/worktrees/{session}", worktree[^(session.Length + 11)..]);
        await File.WriteAllTextAsync(Path.Combine(worktree, "go"), "", Cancel);
        first.Dispose();
        using SocketClient again = await SocketClient.ConnectAsync(shared.Address, $"/ws/teams?after={seen[^1]["seq"]}");
        List<JsonObject> rest = await again.UntilAsync(m => (string?)m["event"] == "completed" && (string?)m["session_id"] == session);
        rest.ForEach(m => told.Append(Data(m)));

        string expected = string.Concat(Enumerable.Range(1, 30).Select(i => $"Zeile {i} é\n")) + "Continue? "
            + string.Concat(Enumerable.Range(1, 5000).Select(i => $"line {i}\n")) + "end";
        Assert.Equal(expected, told.ToString());
        Assert.Equal(expected, await TextAsync($"/api/teams/{session}/output"));
        await shared.Api.WaitForEndAsync(id);

        JsonNode events = (await shared.Api.GetAsync($"/api/events?project={id}&limit=1000")).Body["events"]!;
        Assert.DoesNotContain(events.AsArray(), e => (string?)e!["event"] == "stdout");
        JsonNode output = (await shared.Api.GetAsync($"/api/events?project={id}&types=stdout&limit=1000")).Body["events"]!;
        Assert.Equal(expected, string.Concat(output.AsArray().Select(e => (string)e!["data"]!)));
    }

    [Fact]
    public async Task Output_is_read_in_parts_and_followed_to_its_end()
    {
        using TestRepository repository = TestRepository.Create();
        string gate = Path.Combine(repository.Root, "go");
        string id = await shared.Api.LaunchAsync(OrchestraApi.Launch(
            repository.Folder, OrchestraApi.Agent($"printf '0123456789'; until test -f '{gate}'; do sleep 0.05; done; printf 'abcdef'")));
        string session = (string)(await shared.Api.WaitAsync(id, p => p["sessions"]!.AsArray().Count == 1))["sessions"]![0]!["session_id"]!;
        string path = $"/api/teams/{session}/output";
        await Eventually.TrueAsync(async () => await TextAsync(path) == "0123456789", () => "No output.");

        using var http = new HttpClient { BaseAddress = shared.Address };
        using HttpResponseMessage following = await http.GetAsync($"{path}?after=4&follow=true", HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("456", await TextAsync($"{path}?after=4&limit=3"));
        using HttpResponseMessage open = await http.GetAsync(path, Cancel);
        Assert.Equal(("10", "false"), (open.Headers.GetValues("Orchestra-Output-Next").Single(), open.Headers.GetValues("Orchestra-Output-Ended").Single()));
        Assert.Equal("text/plain", open.Content.Headers.ContentType!.MediaType);
        await File.WriteAllTextAsync(gate, "", Cancel);
        Assert.Equal("456789abcdef", await following.Content.ReadAsStringAsync(Cancel));
        using HttpResponseMessage done = await http.GetAsync($"{path}?download=1", Cancel);
        Assert.Equal("true", done.Headers.GetValues("Orchestra-Output-Ended").Single());
        Assert.Equal($"{session}.log", done.Content.Headers.ContentDisposition!.FileName);

        Assert.Equal(("23456", "bytes 2-6/16"), await RangeAsync(http, path, new RangeHeaderValue(2, 6)));
        Assert.Equal(("def", "bytes 13-15/16"), await RangeAsync(http, path, new RangeHeaderValue(null, 3)));
        Assert.Equal(("f", "bytes 15-15/16"), await RangeAsync(http, path, new RangeHeaderValue(15, 99)));
        using var known = new HttpRequestMessage(HttpMethod.Get, $"{path}?after=4") { Headers = { IfNoneMatch = { new EntityTagHeaderValue("\"4-16-ended\"") } } };
        using (HttpResponseMessage unchanged = await http.SendAsync(known, Cancel))
            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal("\"0-16-ended\"", done.Headers.ETag!.Tag);
        Assert.Equal(416, (int)(await shared.Api.GetAsync($"{path}?after=17")).Status);
        Assert.Equal("", await TextAsync($"{path}?after=16"));
        Assert.Equal(400, (int)(await shared.Api.GetAsync($"{path}?after=-1")).Status);
        Assert.Equal(400, (int)(await shared.Api.GetAsync($"{path}?follow=maybe")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await shared.Api.GetAsync("/api/teams/20260101-000000-abcdef/output")).Status);
        await shared.Api.WaitForEndAsync(id);
    }

    [Fact]
    public async Task Standard_error_is_told_as_such_in_its_place_also_to_a_client_that_comes_back()
    {
        using TestRepository repository = TestRepository.Create();
        string go = Path.Combine(repository.Root, "go");
        using SocketClient first = await SocketClient.ConnectAsync(shared.Address, "/ws/teams");
        string id = await shared.Api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent(
            $"echo out; until test -f '{go}'; do sleep 0.02; done; printf 'warning: token %s\\n' ghp_{new string('c', 36)} >&2; until test -f '{go}2'; do sleep 0.02; done; echo more; until test -f '{go}3'; do sleep 0.02; done; for i in $(seq 1 2000); do echo error $i; done >&2")));
        await first.UntilAsync(m => (string?)m["event"] == "stdout");
        await File.WriteAllTextAsync(go, "", Cancel);
        List<JsonObject> seen = await first.UntilAsync(m => (string?)m["event"] == "stderr");
        string session = (string)seen[^1]["session_id"]!;
        first.Dispose();
        await File.WriteAllTextAsync(go + "2", "", Cancel);
        // Of what is printed at once, no one can tell the order.
        await Eventually.TrueAsync(async () => (await TextAsync($"/api/teams/{session}/output")).Contains("more", StringComparison.Ordinal), () => "Nothing more is printed.");
        await File.WriteAllTextAsync(go + "3", "", Cancel);
        await shared.Api.WaitForEndAsync(id);
        using SocketClient again = await SocketClient.ConnectAsync(shared.Address, $"/ws/teams?after={(long)seen[^1]["seq"]! - 1}");
        List<JsonObject> rest = await again.UntilAsync(m => (string?)m["event"] == "completed" && (string?)m["session_id"] == session);

        string warning = $"warning: token {new string('*', 40)}\n";
        string errors = warning + string.Concat(Enumerable.Range(1, 2000).Select(i => $"error {i}\n"));
        Assert.Equal((warning, 4, "team_progress"), ((string)seen[^1]["data"]!, (int)seen[^1]["offset"]!, (string)seen[^1]["type"]!));
        Assert.Equal(errors, string.Concat(rest.Where(m => (string?)m["event"] == "stderr").Select(m => (string)m["data"]!)));
        Assert.Equal("more\n", string.Concat(rest.Select(Data)));
        Assert.All(rest.Where(m => (string?)m["event"] is "stdout" or "stderr" or "started"), m => Assert.Equal((session, "running"), ((string)m["db_id"]!, (string)m["status"]!)));
        Assert.All(rest.Where(m => (string?)m["type"] == "team_progress"), m => Assert.True(m.ContainsKey("data") && m.ContainsKey("exit_code")));
        string output = "out\n" + warning + "more\n" + errors[warning.Length..];
        Assert.Equal(output, await TextAsync($"/api/teams/{session}/output"));

        JsonNode listed = (await shared.Api.GetAsync($"/api/events?project={id}&types=stderr&limit=1000")).Body["events"]!;
        Assert.Equal(errors, string.Concat(listed.AsArray().Select(e => (string)e!["data"]!)));
        Assert.DoesNotContain((await shared.Api.GetAsync($"/api/events?project={id}&limit=1000")).Body["events"]!.AsArray(), e => (string?)e!["event"] == "stderr");
        Assert.Equal(
            $$"""{"errors":[{"offset":4,"length":{{warning.Length}}},{"offset":{{warning.Length + 9}},"length":{{errors.Length - warning.Length}}}],"next":{{output.Length}}}""",
            await TextAsync($"/api/teams/{session}/output/errors"));
        Assert.Equal($$"""{"errors":[{"offset":10,"length":{{warning.Length - 6}}}],"next":{{warning.Length + 4}}}""", await TextAsync($"/api/teams/{session}/output/errors?after=10&limit=1"));
        Assert.Equal($$"""{"errors":[],"next":{{output.Length}}}""", await TextAsync($"/api/teams/{session}/output/errors?after={output.Length}"));
        Assert.Equal(400, (int)(await shared.Api.GetAsync($"/api/teams/{session}/output/errors?after=x")).Status);
    }

    [Fact]
    public async Task Standard_error_of_the_claude_cli_is_told_as_such()
    {
        await using HostSetup host = await HostSetup.StartAsync($"CLAUDE_CLI_PATH={FakeClaude.Path}");
        using var api = new OrchestraApi(host.Address);
        using SocketClient teams = await SocketClient.ConnectAsync(host.Address, "/ws/teams");
        using TestRepository repository = TestRepository.Create();
        var agent = new JsonObject { ["team"] = "feature-dev", ["client_mode"] = "claude-code", ["task"] = "run: echo 'deprecated option' >&2; echo x > y" };
        string id = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, agent));
        List<JsonObject> messages = await teams.UntilAsync(m => (string?)m["event"] == "completed");

        Assert.Equal("deprecated option\n", string.Concat(messages.Where(m => (string?)m["event"] == "stderr").Select(m => (string)m["data"]!)));
        string told = string.Concat(messages.Select(Data));
        Assert.Contains("[Bash] work of one", told);
        Assert.DoesNotContain("deprecated", told);
        await api.WaitForEndAsync(id);
    }

    [Fact]
    public async Task Secrets_are_masked_wherever_output_goes()
    {
        const string Secret = "value-of-the-service";
        string token = "ghp_" + new string('a', 36);
        await using HostSetup host = await HostSetup.StartAsync($"SERVICE_TOKEN={Secret}");
        using var api = new OrchestraApi(host.Address);
        using SocketClient teams = await SocketClient.ConnectAsync(host.Address, "/ws/teams");
        using TestRepository repository = TestRepository.Create();
        // The commands themselves do not hold the secrets, only what they print does.
        string print = $"printf 'key value-of-%s and ghp_%s\\n' the-service {token[4..]}";
        JsonObject launch = OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent($"echo x > y; echo before; {print}"));
        launch["build_command"] = $"{print} >&2";
        string id = await api.LaunchAsync(launch);
        JsonObject project = await api.WaitForEndAsync(id);
        string session = (string)project["sessions"]![0]!["session_id"]!;
        using var http = new HttpClient { BaseAddress = host.Address };
        string masked = $"before\nkey {new string('*', Secret.Length)} and {new string('*', token.Length)}\n";
        Assert.Equal(masked, await http.GetStringAsync($"/api/teams/{session}/output", Cancel));
        Assert.Equal(masked[12..20], await http.GetStringAsync($"/api/teams/{session}/output?after=12&limit=8", Cancel));

        var everything = new StringBuilder(project.ToJsonString());
        everything.Append(await http.GetStringAsync($"/api/teams/{session}", Cancel)).Append(await http.GetStringAsync("/api/events?limit=1000", Cancel))
            .Append(await http.GetStringAsync("/api/events?limit=1000&types=stdout,log", Cancel));
        foreach (JsonObject message in await teams.UntilAsync(m => (string?)m["event"] == "completed"))
            everything.Append(message.ToJsonString());
        Assert.Contains("*****", everything.ToString());
        Assert.DoesNotContain(token, everything.ToString());
        Assert.DoesNotContain(Secret, everything.ToString());
    }

    [Fact]
    public async Task A_secret_that_a_launch_brings_reaches_its_program_alone_and_is_neither_stored_nor_shown_as_it_is()
    {
        const string Secret = "brought-by-the-launch", Plain = "nothing-secret", First = "given-as-argument", Second = "given-with-its-option";
        string token = "ghp_" + new string('b', 36);
        using TestRepository repository = TestRepository.Create();
        JsonObject agent = OrchestraApi.Agent("echo $SERVICE_TOKEN $OTHER $USUAL; test ${#SERVICE_TOKEN} = 21; echo $2 $3 $4; test ${#2}-${#3} = 17-29; echo x > y");
        foreach (string argument in (string[])["sh", "--api-key", First, $"--token={Second}", "sealed:no"])
            agent["command"]!["argv"]!.AsArray().Add(argument);
        agent["command"]!["environment"] = new JsonObject { ["SERVICE_TOKEN"] = Secret, ["OTHER"] = token, ["USUAL"] = Plain };
        JsonObject launch = OrchestraApi.Launch(repository.Folder, agent);
        launch["fix_command"] = new JsonObject { ["argv"] = new JsonArray("true"), ["environment"] = new JsonObject { ["FIX_PASSWORD"] = Secret } };
        string id = await shared.Api.LaunchAsync(launch);
        JsonObject project = await shared.Api.WaitForEndAsync(id);
        string session = (string)project["sessions"]![0]!["session_id"]!;

        Assert.Equal("completed", (string)project["phase"]!);
        string output = await TextAsync($"/api/teams/{session}/output");
        Assert.Equal($"{Masked(Secret)} {Masked(token)} {Plain}\n{Masked(First)} --token={Masked(Second)} {Masked("sealed:no")}\n", output);
        string shown = project.ToJsonString() + await TextAsync($"/api/teams/{session}")
            + await TextAsync($"/runtime/webhooks/durabletask/instances/{id}?showInput=true&showHistory=true&showHistoryOutput=true")
            + await TextAsync($"/runtime/webhooks/durabletask/instances/{session}?showInput=true&showHistory=true&showHistoryOutput=true");
        Assert.Contains(Plain, shown);
        foreach (string secret in (string[])[Secret, token, First, Second])
            Assert.DoesNotContain(secret, shown);
        foreach (string file in Directory.GetFiles(shared.DataFolder, "*.db*"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            string stored = await reader.ReadToEndAsync(Cancel);
            Assert.DoesNotContain(token, stored);
            Assert.DoesNotContain(Second, stored);
        }

        static string Masked(string secret) => new('*', secret.Length);
    }

    private static string Data(JsonObject message) => (string?)message["event"] == "stdout" ? (string)message["data"]! : "";

    private async Task<string> TextAsync(string path)
    {
        using var http = new HttpClient { BaseAddress = shared.Address };
        return await http.GetStringAsync(path, Cancel);
    }

    private static async Task<(string Text, string Range)> RangeAsync(HttpClient http, string path, RangeHeaderValue range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Range = range } };
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        return (await response.Content.ReadAsStringAsync(Cancel), response.Content.Headers.ContentRange!.ToString());
    }
}
