using Microsoft.Extensions.Time.Testing;
using Orchestra.Core.Configuration;
using Orchestra.Core.Events;
using Orchestra.Core.Quota;
using Orchestra.Storage;

namespace Orchestra.Functions.Tests;

public sealed class QuotaClosingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_quota_that_is_over_is_told_once_though_no_agent_asks()
    {
        string folder = Directory.CreateTempSubdirectory("orchestra-quota-").FullName;
        using (var tables = new SqliteTableStore(Path.Combine(folder, "state.db")))
        {
            var time = new FakeTimeProvider();
            var log = new EventLog(tables);
            var breakers = new QuotaBreakers(tables, log, new QuotaConfig(), time);
            await breakers.OpenAsync(new QuotaAccount("api", "one"), "used up", time.GetUtcNow().UtcDateTime.AddMinutes(5), Cancel);
            await breakers.OpenAsync(new QuotaAccount("api", "other"), "used up", time.GetUtcNow().UtcDateTime.AddMinutes(50), Cancel);

            await breakers.CloseDueAsync(Cancel);
            Assert.Equal(2, await log.HeadAsync(Cancel));
            time.Advance(TimeSpan.FromMinutes(6));
            await breakers.CloseDueAsync(Cancel);
            await breakers.CloseDueAsync(Cancel);

            IReadOnlyList<LoggedEvent> told = await log.ReadAsync(2, 10, Cancel);
            Assert.Equal(EventNames.QuotaClosed, Assert.Single(told).Event.Name);
            Assert.Contains("one", told[0].Event.Key);
            Assert.Equal([false, true], (await breakers.ListAsync(Cancel)).Select(b => b.IsOpen));
        }

        Directory.Delete(folder, recursive: true);
    }
}
