using Microsoft.AspNetCore.Components;
using Orchestra.Client;
using Orchestra.Dashboard.Prerender;

namespace Orchestra.Dashboard.Pages;

/// <summary>
/// A page over something that the API has no events for: read when it opens and again every few seconds while it is open. Every
/// reading is whole, so the next success heals what was missed; trouble is shown as long as it lasts, above what is known, or in its place if that is gone.
/// </summary>
public abstract class PolledPage<T> : ComponentBase, IDisposable
    where T : class
{
    private readonly CancellationTokenSource closed = new();
    private CancellationTokenSource? reading;
    private string? shown;
    private bool polling;

    /// <summary>null until the first reading succeeded, and when what was read is gone.</summary>
    protected T? Data { get; private set; }

    /// <summary>The data, where it is known to be there.</summary>
    protected T Known => Data ?? throw new InvalidOperationException("Nothing was read yet.");

    protected string? Trouble { get; private set; }

    protected virtual TimeSpan Interval => TimeSpan.FromSeconds(3);

    /// <summary>What the page is about; when it is about something else, what is known does not hold any more.</summary>
    protected virtual string Subject => "";

    [Inject] protected OrchestraClient Client { get; set; } = null!;

    [Inject] protected TimeProvider Clock { get; set; } = null!;

    [Inject] private Prerendered Prerendered { get; set; } = null!;

    public void Dispose()
    {
        // Cancelled and not disposed: a reading that comes back after the page was closed looks at its token still.
        closed.Cancel();
        GC.SuppressFinalize(this);
    }

    /// <exception cref="ApiError">Shown in place of the data, or above it.</exception>
    protected abstract Task<T> ReadAsync(CancellationToken cancellationToken);

    protected override void OnInitialized()
    {
        if (Prerendered.Take<Sight>(GetType().Name) is { } sight)
            (Data, Trouble) = (sight.Data, sight.Trouble);
    }

    protected override async Task OnParametersSetAsync()
    {
        if (shown is not null && shown != Subject)
            (Data, Trouble) = (null, null);
        shown = Subject;
        await ReloadAsync();
        if (!RendererInfo.IsInteractive)
            Prerendered.Keep(GetType().Name, new Sight(Data, Trouble));
        else if (!polling)
        {
            polling = true;
            _ = PollAsync();
        }
    }

    /// <summary>Reads anew; a reading that is under way is given up.</summary>
    protected async Task ReloadAsync()
    {
        if (closed.IsCancellationRequested)
            return;
        if (reading is not null)
            await reading.CancelAsync();
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(closed.Token);
        reading = mine;
        try
        {
            T data = await ReadAsync(mine.Token);
            if (!mine.IsCancellationRequested)
                (Data, Trouble) = (data, null);
        }
        catch (NotFoundError e)
        {
            // What is gone cannot be acted on any more, so nothing of it stays on the page.
            if (!mine.IsCancellationRequested)
                (Data, Trouble) = (null, e.Message);
        }
        catch (ApiError e)
        {
            if (!mine.IsCancellationRequested)
                Trouble = e.Message;
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            // A newer reading took over, or the page was closed.
        }

        if (reading == mine)
            reading = null;
    }

    private async Task PollAsync()
    {
        try
        {
            using var tick = new PeriodicTimer(Interval, Clock);
            while (await tick.WaitForNextTickAsync(closed.Token))
            {
                if (reading is not null)
                    continue;
                await ReloadAsync();
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private sealed record Sight(T? Data, string? Trouble);
}
