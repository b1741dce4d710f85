using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orchestra.Bench;

/// <summary>Reads at a fixed rate, whether or not the answers keep up; a read's time begins when it was due, so that waiting for a slow host counts.</summary>
internal sealed class PacedReads(Uri address, string[] paths) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };

    /// <param name="Milliseconds">Sorted.</param>
    public sealed record Result(int Sent, double PerSecond, double[] Milliseconds, IReadOnlyList<string> Failures)
    {
        public double Percentile(double share) => Milliseconds[Math.Min(Milliseconds.Length - 1, (int)(Milliseconds.Length * share))];
    }

    public async Task<Result> RunAsync(int rate, TimeSpan length)
    {
        int total = (int)(rate * length.TotalSeconds);
        double[] times = new double[total];
        var failures = new ConcurrentQueue<string>();
        var reads = new Task[total];
        long start = Stopwatch.GetTimestamp();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (int sent = 0; sent < total; await tick.WaitForNextTickAsync())
        {
            int due = Math.Min(total, (int)(Stopwatch.GetElapsedTime(start).TotalSeconds * rate));
            for (; sent < due; sent++)
                reads[sent] = ReadAsync(sent);
        }

        await Task.WhenAll(reads);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Array.Sort(times);
        return new Result(total, total / seconds, times, [.. failures]);

        async Task ReadAsync(int number)
        {
            string path = paths[number % paths.Length];
            try
            {
                using HttpResponseMessage response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
                await using Stream body = await response.Content.ReadAsStreamAsync();
                await body.CopyToAsync(Stream.Null);
                if (!response.IsSuccessStatusCode)
                    failures.Enqueue($"{path}: {(int)response.StatusCode}");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                failures.Enqueue($"{path}: {e.Message}");
            }

            times[number] = (Stopwatch.GetElapsedTime(start).TotalSeconds - (double)number / rate) * 1000;
        }
    }

    public void Dispose() => _http.Dispose();
}
