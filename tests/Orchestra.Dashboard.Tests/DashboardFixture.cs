using Microsoft.Playwright;
using Orchestra.Testing;

namespace Orchestra.Dashboard.Tests;

/// <summary>The real host as a process, with the dashboard, and Debian's chromium.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    // The lists below the address bar are pages with processes of their own in each window, and cost more than half of the browser's time.
    // Such a list replaces Playwright's, so the rest is what that has and matters here.
    private static readonly string[] Unneeded =
    [
        "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "DialMediaRouteProvider", "GlobalMediaControls",
        "HttpsUpgrades", "LensOverlay", "MediaRouter", "OptimizationHints", "PaintHolding", "ThirdPartyStoragePartitioning", "Translate",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("orchestra-dashboard-").FullName;
    private CliProcess? host;
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>The host's configuration.</summary>
    public string Config { get; init; } = CliProcess.TestConfig;

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort.Next()}/");

    public HttpClient Http { get; } = new() { Timeout = Eventually.Patience };

    public async ValueTask InitializeAsync()
    {
        Http.BaseAddress = Address;
        await StartHostAsync();
        Assertions.SetDefaultExpectTimeout((float)Eventually.Patience.TotalMilliseconds);
        playwright = await Playwright.CreateAsync();
        browser = await LaunchBrowserAsync();
    }

    /// <summary>A browser beside the common one, with settings of its own.</summary>
    /// <param name="without">Features that it is not to have.</param>
    public Task<IBrowser> LaunchBrowserAsync(IEnumerable<string>? without = null, params string[] settings) => playwright!.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = Chromium,
        Timeout = (float)Eventually.Patience.TotalMilliseconds,
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            $"--disable-features={string.Join(',', Unneeded.Concat(without ?? []))}", .. settings,
        ],
    });

    public async Task StartHostAsync() => host = await CliProcess.StartInAsync(
        Address, new Dictionary<string, string?> { ["ORCHESTRA_API_KEY"] = null, ["CLAUDE_CLI_PATH"] = FakeClaude.Path },
        "up", "--data", Path.Combine(folder, "data"), "--port", $"{Address.Port}", "--config", Config);

    public void KillHost()
    {
        host!.Dispose();
        host = null;
    }

    /// <summary>A page of a browser of its own; what it complains about is collected.</summary>
    /// <param name="path">Of the host, or a whole address of another one.</param>
    /// <param name="script">Runs in the page before its own ones.</param>
    public async Task<(IPage Page, List<string> Complaints)> OpenAsync(
        string path, int width = 1200, int height = 900, ColorScheme scheme = ColorScheme.Light, string? script = null)
    {
        IBrowserContext context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address.ToString(),
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = height },
        });
        ClosesPagesAttribute.AtTheEnd(context);
        context.SetDefaultTimeout((float)Eventually.Patience.TotalMilliseconds);
        await context.SlowAsWantedAsync();
        if (script is not null)
            await context.AddInitScriptAsync(script);
        IPage page = await context.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Dialog += (_, dialog) => complaints.Add($"dialog: {dialog.Message}");
        // The pages work without the internet: all that they ask for is their own host's.
        string own = new Uri(Address, path).Authority;
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" or "ws" or "wss" } asked && asked.Authority != own)
                complaints.Add($"asks {asked}");
        };
        await page.GoAsync(path);
        return (page, complaints);
    }

    /// <summary>Written to an ignored folder, for a look.</summary>
    public static Task ShotAsync(IPage page, string name) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, "screenshots", $"{name}.png"), FullPage = true });

    public async ValueTask DisposeAsync()
    {
        await ClosesPagesAttribute.ClosedAsync();
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
        Http.Dispose();
        host?.Dispose();
        TestFolder.Delete(folder);
    }
}
