using Microsoft.AspNetCore.Components;
using Orchestra.Dashboard.Live;

namespace Orchestra.Dashboard.Pages;

/// <summary>A page that shows live data: drawn again whenever it changes.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private IDisposable? watching;

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
        if (RendererInfo.IsInteractive)
            watching = Live.Watch(() => _ = InvokeAsync(StateHasChanged));
    }
}
