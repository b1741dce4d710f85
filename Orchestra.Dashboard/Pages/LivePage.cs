using Microsoft.AspNetCore.Components;
using Orchestra.Dashboard.Live;

namespace Orchestra.Dashboard.Pages;

/// <summary>A page that shows live data: drawn again whenever it changes.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private IDisposable? watching;
    private bool isLost;

    [Inject] protected LiveProjects Live { get; set; } = null!;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => watching?.Dispose();

    protected override async Task OnInitializedAsync()
    {
        if (!Live.IsCurrent)
            await Live.RefreshAsync();
        isLost = Live.Feed.Lost is not null;
        if (RendererInfo.IsInteractive)
            watching = Live.Watch(() => _ = InvokeAsync(DrawAsync));
    }

    /// <summary>The connection was lost and is back: what the page could not read meanwhile is there to be read now.</summary>
    protected virtual Task HealAsync() => Task.CompletedTask;

    private async Task DrawAsync()
    {
        StateHasChanged();
        bool wasLost = isLost;
        isLost = Live.Feed.Lost is not null;
        if (wasLost && !isLost)
            await HealAsync();
    }
}
