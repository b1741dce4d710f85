using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;

namespace Orchestra.DurableTask.Tests.Engine;

/// <summary>
/// A journal of every schema version lies in Assets, with instances in every state. Each must open and go on. After a change of the
/// schema, run <see cref="Write_the_asset_of_this_schema_version"/> (it is explicit) and commit what it writes.
/// </summary>
public class SchemaTests
{
    /// <summary>Long ago, so that the timers in it are due.</summary>
    private static readonly DateTimeOffset Written = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string Long = new('l', 20_000);

    public static TheoryData<string> Assets => [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Assets"), "journal-v*.db").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Assets))]
    public async Task A_journal_of_any_schema_version_goes_on(string asset)
    {
        using var journal = new TempJournal();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Assets", asset), journal.Path);

        await using (TestHost host = await TestHost.StartAsync(Tasks, journal.Options))
        {
            DurableTaskClient client = host.Client;
            Assert.Equal("done", (await client.GetInstanceAsync("completed", getInputsAndOutputs: true))!.ReadOutputAs<string>());
            Assert.Equal("broken", (await client.GetInstanceAsync("failed", getInputsAndOutputs: true))!.FailureDetails!.InnerFailure!.ErrorMessage);
            await client.RaiseEventAsync("waits", "go", "on");
            await client.RaiseEventAsync("child", "go", "on");
            await client.ResumeInstanceAsync("suspended");

            Assert.Equal("did a, on", (await host.EndOf("waits")).ReadOutputAs<string>());
            Assert.Equal("did a, on", (await host.EndOf("parent")).ReadOutputAs<string>());
            Assert.Equal("slept", (await host.EndOf("sleeps")).ReadOutputAs<string>());
            Assert.Equal("did a, early", (await host.EndOf("suspended")).ReadOutputAs<string>());
            Assert.Equal("did b", (await host.EndOf("works")).ReadOutputAs<string>());

            // Since version 2, long texts are kept apart.
            if (asset != "journal-v1.db")
            {
                await client.RaiseEventAsync("long", "go", "on");
                Assert.Equal($"did {Long}, on", (await host.EndOf("long")).ReadOutputAs<string>());
            }
        }

        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
    }

    [Theory]
    [MemberData(nameof(Assets))]
    public async Task A_journal_led_forward_has_the_tables_of_a_new_one(string asset)
    {
        using var old = new TempJournal();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Assets", asset), old.Path);
        using var fresh = new TempJournal();
        await using TestHost migrated = TestHost.Create(Tasks, old.Options);
        await using TestHost made = TestHost.Create(Tasks, fresh.Options);

        Assert.Equal(await VersionAsync(made), await VersionAsync(migrated));
        Assert.Equal(await ShapeAsync(made), await ShapeAsync(migrated));
    }

    [Theory]
    [MemberData(nameof(Assets))]
    public async Task A_journal_of_any_schema_version_can_be_verified_read_and_backed_up_and_stays_as_it_is(string asset)
    {
        using var journal = new TempJournal();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Assets", asset), journal.Path);
        byte[] before = await File.ReadAllBytesAsync(journal.Path);

        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
        Assert.Contains(await EmbeddedJournal.ReadHistoriesAsync(journal.Path), history => history.InstanceId == "waits");
        await EmbeddedJournal.BackupAsync(journal.Path, journal.Path + ".copy");

        Assert.Equal(before, await File.ReadAllBytesAsync(journal.Path));
        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path + ".copy"));
    }

    [Fact]
    public async Task A_migration_that_breaks_off_leaves_the_old_version()
    {
        using var journal = new TempJournal();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Assets", "journal-v1.db"), journal.Path);
        Execute(journal.Path, "CREATE TABLE payloads (in_the_way TEXT)");

        Assert.ThrowsAny<Exception>(() => TestHost.Create(Tasks, journal.Options));
        Execute(journal.Path, "DROP TABLE payloads");

        await using TestHost host = TestHost.Create(Tasks, journal.Options);
        Assert.Equal("done", (await host.Client.GetInstanceAsync("completed", getInputsAndOutputs: true))!.ReadOutputAs<string>());
    }

    [Fact]
    public async Task This_schema_version_has_its_asset()
    {
        using var journal = new TempJournal();
        await using TestHost host = TestHost.Create(Tasks, journal.Options);
        string version = await VersionAsync(host);

        Assert.Contains($"journal-v{version}.db", Assets.Select(row => row.Data));
    }

    [Fact]
    public async Task A_journal_of_a_newer_schema_version_is_refused_and_left_alone()
    {
        using var journal = new TempJournal();
        await using (TestHost host = TestHost.Create(Tasks, journal.Options))
            _ = host.Engine;
        Execute(journal.Path, "UPDATE meta SET value = '999' WHERE key = 'schema'");

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => TestHost.Create(Tasks, journal.Options));

        Assert.Contains("schema version 999", error.Message, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task Write_the_asset_of_this_schema_version()
    {
        using var journal = new TempJournal();
        string version;
        await using (TestHost host = await TestHost.StartAsync(tasks => Tasks(tasks, new TaskCompletionSource().Task), options =>
        {
            journal.Options(options);
            options.DrainTimeout = TimeSpan.Zero;
        }, new FakeTimeProvider(Written)))
        {
            DurableTaskClient client = host.Client;
            version = await VersionAsync(host);
            foreach (string name in (string[])["completed", "failed", "waits", "parent", "sleeps", "suspended", "works", "long"])
                await client.ScheduleNewOrchestrationInstanceAsync(name == "suspended" ? "waits" : name, name == "long" ? Long : null, new StartOrchestrationOptions(name));
            await host.EndOf("completed");
            await host.EndOf("failed");
            await client.SuspendInstanceAsync("suspended");
            await client.RaiseEventAsync("suspended", "go", "early");
            await host.Until("child", found => found.SerializedCustomStatus is not null);
            await host.Until("waits", found => found.SerializedCustomStatus is not null);
            await host.Until("long", found => found.SerializedCustomStatus is not null);
            await host.Until("suspended", found => found.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
            await host.Until("works", found => found.RuntimeStatus == OrchestrationRuntimeStatus.Running);
        }

        // Where this was built is nobody's business.
        string root = Path.GetFullPath(Path.Combine(SourceFolder(), "..", "..", "..")) + "/";
        Execute(journal.Path, $"UPDATE history SET body = replace(body, '{root}', ''); UPDATE instances SET failure = replace(failure, '{root}', '')");
        Execute(journal.Path, "UPDATE work SET owner = NULL; DELETE FROM owners; PRAGMA journal_mode = DELETE; VACUUM");
        File.Copy(journal.Path, Path.Combine(SourceFolder(), "..", "Assets", $"journal-v{version}.db"), overwrite: true);
    }

    private static void Tasks(DurableTaskRegistry tasks) => Tasks(tasks, slow: Task.CompletedTask);

    private static void Tasks(DurableTaskRegistry tasks, Task slow) => tasks
        .AddOrchestratorFunc<string>("completed", _ => "done")
        .AddOrchestratorFunc("failed", async context => await context.CallActivityAsync("break"))
        .AddOrchestratorFunc<string>("waits", Wait)
        .AddOrchestratorFunc<string, string>("long", Wait)
        .AddOrchestratorFunc<string>("parent", context => context.CallSubOrchestratorAsync<string>("waits", options: new SubOrchestrationOptions(instanceId: "child")))
        .AddOrchestratorFunc<string>("sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return "slept";
        })
        .AddOrchestratorFunc<string>("works", context => context.CallActivityAsync<string>("slow", "b"))
        .AddActivityFunc("break", _ => throw new InvalidDataException("broken"))
        .AddActivityFunc<string, string>("do", (_, what) => $"did {what}")
        .AddActivityFunc<string, string>("slow", async (_, what) =>
        {
            await slow;
            return $"did {what}";
        });

    private static Task<string> Wait(TaskOrchestrationContext context) => Wait(context, "a");

    private static async Task<string> Wait(TaskOrchestrationContext context, string what)
    {
        string before = await context.CallActivityAsync<string>("do", what);
        context.SetCustomStatus("waiting");
        return $"{before}, {await context.WaitForExternalEvent<string>("go")}";
    }

    /// <summary>Every column with its type and every index, whatever their order.</summary>
    private static Task<List<string>> ShapeAsync(TestHost host) => host.Engine.ReadAsync(session => session.Query(
        """
        SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'
        UNION ALL SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
        ORDER BY 1
        """,
        row => row.GetString(0)));

    private static async Task<string> VersionAsync(TestHost host)
        => (string)(await host.Engine.ReadAsync(session => session.Scalar("SELECT value FROM meta WHERE key = 'schema'")))!;

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=false");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
