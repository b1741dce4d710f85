using Microsoft.AspNetCore.Components;
using Orchestra.Dashboard.Live;

namespace Orchestra.Dashboard.Pages;

/// <summary>A page that shows live data: drawn again whenever it changes.</summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    [Inject] protected LiveProjects Live { get; set; } = null!;

    public void Dispose()
    {
        Live.Changed -= Refresh;
        GC.SuppressFinalize(this);
    }

    protected override void OnInitialized() => Live.Changed += Refresh;

    protected override async Task OnInitializedAsync()
    {
        if (!Live.Loaded)
            await Live.RefreshAsync();
        if (RendererInfo.IsInteractive)
            Live.Begin();
    }

    private void Refresh() => _ = InvokeAsync(StateHasChanged);
}
