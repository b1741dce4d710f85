using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Orchestra.DurableTask.Engine;

/// <summary>Gives the worker and the clients of one journal the same engine.</summary>
internal sealed class EmbeddedEngines(TimeProvider? time = null, ILoggerFactory? loggers = null) : IAsyncDisposable, IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, EmbeddedEngine> engines = new(StringComparer.Ordinal);

    public EmbeddedEngine Get(EmbeddedOptions options)
    {
        string key = options.Path is null ? "" : Path.GetFullPath(options.Path);
        lock (gate)
        {
            if (!engines.TryGetValue(key, out EmbeddedEngine? engine))
            {
                ILogger logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger("Orchestra.DurableTask");
                engines.Add(key, engine = new EmbeddedEngine(options, time ?? TimeProvider.System, logger));
            }

            return engine;
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<EmbeddedEngine> all;
        lock (gate)
        {
            all = [.. engines.Values];
            engines.Clear();
        }

        foreach (EmbeddedEngine engine in all)
            await engine.DisposeAsync().ConfigureAwait(false);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
