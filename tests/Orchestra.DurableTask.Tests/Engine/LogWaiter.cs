using Microsoft.Extensions.Logging;

namespace Orchestra.DurableTask.Tests.Engine;

/// <summary>Lets a test wait until the engine has logged something.</summary>
internal sealed class LogWaiter(int eventId) : ILoggerProvider, ILogger
{
    private readonly TaskCompletionSource<Exception?> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The exception that was logged first.</summary>
    public Task<Exception?> Seen => seen.Task.WaitAsync(Eventually.Patience);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (id.Id == eventId)
            seen.TrySetResult(exception);
    }

    public void Dispose()
    {
    }
}
