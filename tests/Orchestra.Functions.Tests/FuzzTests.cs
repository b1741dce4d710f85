using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests;

/// <summary>Ten thousand requests made by chance from the document: no 5xx, no hang, nothing changed.</summary>
public sealed class FuzzTests
{
    private const int Requests = 10_000;
    private const int Workers = 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_that_is_sent_breaks_the_host_or_changes_what_it_holds()
    {
        using TestRepository repository = TestRepository.Create();
        // A request without a path means the repository that the tests are run in, which is not theirs to work in.
        await using HostSetup host = await HostSetup.StartAsync($"ORCHESTRA_CONFIG={HostSetup.Config($"allowed_repo_roots: [{repository.Folder}]\n")}");
        using var api = new OrchestraApi(host.Address);
        string id = await api.LaunchAsync(OrchestraApi.Launch(repository.Folder, OrchestraApi.Agent("echo x > y"), OrchestraApi.Agent("exit 3")));
        JsonObject project = await api.WaitForEndAsync(id);
        string[] ids = [id, .. project["sessions"]!.AsArray().Select(s => (string)s!["session_id"]!)];
        // The end is told after it is kept.
        await Eventually.TrueAsync(
            async () => (await api.GetAsync($"/api/events?project={id}&types=project_completed,project_failed")).Body["events"]!.AsArray().Count > 0, () => "No end is told.");
        // What it would clean is not there to be cleaned by chance.
        await api.PostAsync("/api/doctor/clean", "{}");
        string before = await StateAsync(host, repository);
        var document = (JsonObject)(await api.GetAsync("/openapi/v1.json")).Body;

        int seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out int asked) ? asked : Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var bad = new ConcurrentQueue<string>();
        var counts = new ConcurrentDictionary<int, int>();
        using var http = new HttpClient { BaseAddress = host.Address, Timeout = Eventually.Patience };
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(
            async () =>
            {
                var input = new FuzzInput(document, ids, repository.Folder, seed + worker);
                for (int i = 0; i < Requests / Workers; i++)
                {
                    using HttpRequestMessage request = input.Next();
                    string line = $"{request.Method} {request.RequestUri}";
                    // An endless stream is a success once it begins.
                    using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
                    counts.AddOrUpdate((int)response.StatusCode, 1, (_, n) => n + 1);
                    if (Objection(response) is { } objection)
                        bad.Enqueue($"{objection}: {line}");
                }
            },
            Cancel)));

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", counts.OrderBy(c => c.Key).Select(c => $"{c.Key}: {c.Value}")));
        Assert.True(bad.IsEmpty, $"FUZZ_SEED={seed} repeats it: {string.Join('\n', bad.Take(20))}");
        Assert.Equal(before, await StateAsync(host, repository));
        Assert.True(counts.Keys.Count(s => s is 200 or 400 or 404 or 422) == 4, "The requests were not varied.");
    }

    private static string? Objection(HttpResponseMessage response)
    {
        if ((int)response.StatusCode >= 500)
            return $"{(int)response.StatusCode}";
        bool ours = response.RequestMessage!.RequestUri!.AbsolutePath.StartsWith("/api/", StringComparison.Ordinal) && response.RequestMessage.Method != HttpMethod.Head;
        // Kestrel ends a connection whose request line or headers it cannot read, with a status alone, before anything of ours runs;
        // whatever ours has seen bears our headers.
        bool byKestrel = response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestUriTooLong or HttpStatusCode.RequestHeaderFieldsTooLarge
            && response.Headers.ConnectionClose == true && response.Content.Headers.ContentLength == 0 && !response.Headers.Contains("X-Content-Type-Options");
        return (int)response.StatusCode >= 400 && ours && response.Content.Headers.ContentType?.MediaType != "application/problem+json" && !byKestrel
            ? $"{(int)response.StatusCode} without a problem"
            : null;
    }

    // Every row but our own log's lines, and every ref.
    private static async Task<string> StateAsync(HostSetup host, TestRepository repository)
    {
        await using var file = new SqliteConnection($"Data Source={Path.Combine(host.DataFolder, "state.db")};Mode=ReadOnly;Pooling=False");
        await file.OpenAsync(Cancel);
        await using SqliteCommand command = file.CreateCommand();
        command.CommandText =
            """
            SELECT partition || ' ' || row || ' ' || json FROM rows
            WHERE partition NOT LIKE 'logs/%' AND NOT (partition = 'events' AND (row = 'head' OR row LIKE 'k/log/%' OR json LIKE '%"type":"log"%'))
            ORDER BY partition, row
            """;
        var rows = new List<string>();
        await using SqliteDataReader reader = await command.ExecuteReaderAsync(Cancel);
        while (await reader.ReadAsync(Cancel))
            rows.Add(reader.GetString(0));
        Assert.True(rows.Count > 20, "The state is somewhere else.");
        return string.Join('\n', rows) + repository.Git("for-each-ref");
    }
}
