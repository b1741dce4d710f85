using Orchestra.Activities.Output;
using Orchestra.Activities.Secrets;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Events;
using Orchestra.Core.Output;
using Orchestra.Functions.Events;
using Orchestra.Storage;

namespace Orchestra.Functions.Tests;

/// <summary>What readers of the log get from memory and from the store, and that they stop.</summary>
public sealed class EventTailTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("orchestra-tail-").FullName;
    private readonly SqliteTableStore tables;
    private readonly EventLog log;
    private readonly EventTail tail;

    public EventTailTests()
    {
        tables = new SqliteTableStore(Path.Combine(folder, "state.db"));
        log = new EventLog(tables);
        var data = new DataFolder(folder);
        var redactor = new Redactor([]);
        tail = new EventTail(log, new EventMessages(new OutputLog(data, redactor, new LaunchSecrets(new SecretSeal(data), redactor, data)), new OrchestraConfig()));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_place_gives_the_events_behind_it_from_memory_and_from_the_store()
    {
        await AppendAsync(1, 50);
        await tail.NextAsync(0, Cancel);
        // More than memory keeps, in portions, so that places in it are used again.
        for (int from = 51; from <= 3000; from += 590)
        {
            await AppendAsync(from, Math.Min(590, 3000 - from + 1));
            Assert.Equal(from, (await tail.NextAsync(from - 1, Cancel))[0].Seq);
        }

        Assert.Equal(3000, tail.Last);
        foreach (long after in (long[])[0, 1, 49, 50, 900, 951, 952, 953, 1500, 2047, 2048, 2949, 2999])
        {
            IReadOnlyList<EventFrame> page = await tail.NextAsync(after, Cancel);
            long[] expected = [.. Enumerable.Range(1, (int)Math.Min(100, 3000 - after)).Select(i => after + i)];
            Assert.Equal(expected, page.Select(f => f.Seq));
            Assert.Equal(expected.Select(s => $"k{s}"), page.Select(f => f.Logged.Event.Key));
        }
    }

    [Fact]
    public async Task Events_that_were_pruned_before_they_were_read_leave_no_hole()
    {
        await AppendAsync(1, 5);
        await tail.NextAsync(0, Cancel);
        await AppendAsync(6, 3);
        await tail.NextAsync(5, Cancel);
        await AppendAsync(9, 12);
        await log.PruneAsync(e => Task.FromResult(e.Key == "k15"), Cancel);

        foreach (long after in (long[])[0, 7, 8, 12, 14])
            Assert.Equal([15, 16, 17, 18, 19, 20], (await tail.NextAsync(after, Cancel)).Select(f => f.Seq));
        Assert.Equal([18, 19, 20], (await tail.NextAsync(17, Cancel)).Select(f => f.Seq));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_is_gone_reads_no_further(bool inMemory)
    {
        if (inMemory)
        {
            await AppendAsync(1, 1);
            await tail.NextAsync(0, Cancel);
        }

        await AppendAsync(2, 300);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tail.NextAsync(1, gone.Token));
        var query = new EventQuery(1, null, new HashSet<string> { EventNames.MergeConflict });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new EventStream(tail, Stream.Null).SendAsync(query, 1, gone.Token).WaitAsync(Eventually.Patience, Cancel));
    }

    [Fact]
    public async Task A_long_poll_whose_client_is_gone_reads_no_more_than_the_page_that_it_has_begun()
    {
        await AppendAsync(1, 2500);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        var query = new EventQuery(0, null, new HashSet<string> { EventNames.MergeConflict });
        (IReadOnlyList<LoggedEvent> events, long next) = await new EventReader(log).WaitAsync(query, 100, TimeSpan.FromMinutes(1), gone.Token);
        Assert.Empty(events);
        Assert.Equal(500, next);
    }

    [Fact]
    public async Task What_lies_between_two_events_costs_one_answer_only_so_much()
    {
        await AppendAsync(1, 1);
        await log.AppendAsync(
            [.. Enumerable.Range(2, 5100).Select(i => NewEvent.Of($"o{i}", EventChannels.Teams, EventTypes.TeamProgress, EventNames.Stderr, null, null, DateTime.UnixEpoch))], Cancel);
        await AppendAsync(5102, 1);
        var query = new EventQuery(1, null, new HashSet<string>());
        (IReadOnlyList<LoggedEvent> none, long next) = await new EventReader(log).ReadAsync(query, 100, Cancel);
        Assert.Empty(none);
        Assert.Equal(5001, next);
        Assert.Equal(5102, Assert.Single((await new EventReader(log).ReadAsync(query with { After = next }, 100, Cancel)).Events).Seq);
        // Who waits is not kept waiting for what is there.
        Assert.Equal(5102, Assert.Single((await new EventReader(log).WaitAsync(query, 100, TimeSpan.FromMinutes(1), Cancel)).Events).Seq);
    }

    public void Dispose()
    {
        tables.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private Task AppendAsync(int from, int count) => log.AppendAsync(
        [.. Enumerable.Range(from, count).Select(i => NewEvent.Of($"k{i}", EventChannels.Gm, EventTypes.GmProgress, EventNames.PhaseChange, null, null, DateTime.UnixEpoch))], Cancel);
}
