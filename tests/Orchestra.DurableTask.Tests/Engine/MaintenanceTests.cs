using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;

namespace Orchestra.DurableTask.Tests.Engine;

public class MaintenanceTests
{
    [Fact]
    public async Task A_backup_of_a_journal_in_use_goes_on_from_its_moment()
    {
        using var journal = new TempJournal();
        await using TestHost host = await TestHost.StartAsync(Tasks, journal.Options);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("wait");
        await host.Client.WaitForInstanceStartAsync(id);
        string copy = Path.Combine(journal.Folder, "copy.db");

        await EmbeddedJournal.BackupAsync(journal.Path, copy);
        await host.Client.RaiseEventAsync(id, "go", "here");
        Assert.Equal("here", (await host.EndOf(id)).ReadOutputAs<string>());

        Assert.Empty(await EmbeddedJournal.VerifyAsync(copy));
        Assert.False(File.Exists(copy + ".partial"));
        await using TestHost other = await TestHost.StartAsync(Tasks, options => options.Path = copy);
        await other.Client.RaiseEventAsync(id, "go", "there");
        Assert.Equal("there", (await other.EndOf(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_backup_replaces_nothing_and_needs_a_journal()
    {
        using var journal = new TempJournal();
        string copy = Path.Combine(journal.Folder, "copy.db");
        await Assert.ThrowsAsync<FileNotFoundException>(() => EmbeddedJournal.BackupAsync(journal.Path, copy));
        await using TestHost host = TestHost.Create(_ => { }, journal.Options);
        await File.WriteAllTextAsync(copy, "mine");

        await Assert.ThrowsAsync<IOException>(() => EmbeddedJournal.BackupAsync(journal.Path, copy));

        Assert.Equal("mine", await File.ReadAllTextAsync(copy));
    }

    [Theory]
    [InlineData("DELETE FROM history WHERE seq = 1", "the history has gaps")]
    [InlineData("DELETE FROM instances", "there is a history but no instance")]
    [InlineData("UPDATE history SET body = '{' WHERE seq = 0", "the history cannot be read")]
    [InlineData("DELETE FROM work", "the answer to TaskScheduled #0 (never) is lost")]
    [InlineData("UPDATE instances SET status = 1", "work waits for an instance that has ended")]
    [InlineData("UPDATE instances SET owner = 'nobody'", "an instance is leased to an unknown owner")]
    [InlineData("INSERT INTO history (instance_id, seq, body) SELECT instance_id, seq + 4, body FROM history WHERE seq = 2", "action #0 was scheduled twice")]
    public async Task Verify_finds_damage(string damage, string problem)
    {
        using var journal = new TempJournal();
        await using (TestHost host = await TestHost.StartAsync(Tasks, options =>
        {
            journal.Options(options);
            options.DrainTimeout = TimeSpan.Zero;
        }))
        {
            string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("call");
            await host.Client.WaitForInstanceStartAsync(id);
        }

        Assert.Empty(await EmbeddedJournal.VerifyAsync(journal.Path));
        Execute(journal.Path, damage);

        Assert.Contains(await EmbeddedJournal.VerifyAsync(journal.Path), line => line.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_tells_a_file_that_is_no_database()
    {
        using var journal = new TempJournal();
        await File.WriteAllTextAsync(journal.Path, new string('x', 5000));

        Assert.Contains("not a database", Assert.Single(await EmbeddedJournal.VerifyAsync(journal.Path)), StringComparison.Ordinal);
    }

    private static void Tasks(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<string>("wait", async context => await context.WaitForExternalEvent<string>("go"))
        .AddOrchestratorFunc("call", context => context.CallActivityAsync("never"))
        .AddActivityFunc("never", _ => new TaskCompletionSource().Task);

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=false");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
