using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Orchestra.Core;

namespace Orchestra.Functions.Launching;

/// <summary>How many launches a caller may make in a minute. A script that runs away must not fill the machine with agents.</summary>
public sealed class LaunchRate : IDisposable
{
    public const string Setting = "ORCHESTRA_LAUNCHES_PER_MINUTE";
    private const int Standard = 300;
    private readonly int perMinute;
    private readonly ConcurrentDictionary<string, TokenBucketRateLimiter> callers = new(StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">The setting is no number.</exception>
    public LaunchRate(IConfiguration configuration)
    {
        string? text = configuration[Setting];
        perMinute = string.IsNullOrEmpty(text) ? Standard
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw new InvalidOperationException($"{Setting} must be a whole number, 0 for no limit, not '{text}'.");
    }

    /// <exception cref="InputProblem">It was too often.</exception>
    public void Take(HttpContext http)
    {
        if (perMinute == 0)
            return;
        // A key where there is one: behind a proxy every caller has the same address.
        string caller = http.User.Identity?.Name ?? http.Connection.RemoteIpAddress?.ToString() ?? "";
        using RateLimitLease lease = callers.GetOrAdd(caller, _ => NewLimiter()).AttemptAcquire();
        if (lease.IsAcquired)
            return;
        int seconds = Math.Max(1, (int)Math.Ceiling(60.0 / perMinute));
        throw new InputProblem(
            "Retry-After", $"More than {perMinute} launches in a minute; try again in {seconds} seconds. {Setting} sets the limit.", StatusCodes.Status429TooManyRequests) { RetryAfterSeconds = seconds };
    }

    public void Dispose()
    {
        foreach (TokenBucketRateLimiter limiter in callers.Values)
            limiter.Dispose();
    }

    private TokenBucketRateLimiter NewLimiter() => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = perMinute,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
        QueueLimit = 0,
        AutoReplenishment = true,
    });
}
