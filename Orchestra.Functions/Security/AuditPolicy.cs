using Microsoft.AspNetCore.Http;
using Orchestra.Core.Audit;

namespace Orchestra.Functions.Security;

/// <summary>What is put on record: every request that may change something, with its outcome. Of refused ones only so many, since anybody can send them.</summary>
internal sealed class AuditPolicy(AuditLog log, TimeProvider time, bool keys)
{
    private const int LongestPath = 500;
    private const int RefusedPerMinute = 60;
    private readonly Lock access = new();
    private long minute;
    private int refused;
    private int suppressed;

    public async Task RecordAsync(HttpContext http, Caller? caller)
    {
        HttpRequest request = http.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
            return;
        DateTime now = time.GetUtcNow().UtcDateTime;
        if (Suppressed(now, http.Response.StatusCode is 401 or 403) is not { } left)
            return;
        string path = request.Path.Value ?? "";
        await log.AppendAsync(new AuditEntry(
            now, caller?.Name ?? (keys ? null : "local"), http.Connection.RemoteIpAddress?.ToString(), request.Method,
            path.Length > LongestPath ? path[..LongestPath] : path, http.Response.StatusCode, left));
    }

    /// <returns>How many were left out before; null to leave this one out too.</returns>
    private int? Suppressed(DateTime now, bool isRefused)
    {
        lock (access)
        {
            if (now.Ticks / TimeSpan.TicksPerMinute is var current && current != minute)
                (minute, refused) = (current, 0);
            if (isRefused && ++refused > RefusedPerMinute)
            {
                suppressed++;
                return null;
            }

            int left = suppressed;
            suppressed = 0;
            return left;
        }
    }
}
