using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Microsoft.Playwright;

namespace Orchestra.Dashboard.Tests;

/// <summary>The real host as a process, with the dashboard, and Debian's chromium.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private readonly string folder = Directory.CreateTempSubdirectory("orchestra-dashboard-").FullName;
    private readonly int port = FreePort();
    private Process? host;
    private IPlaywright? playwright;
    private IBrowser? browser;

    public Uri Address => new($"http://127.0.0.1:{port}/");

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(30) };

    public async ValueTask InitializeAsync()
    {
        Http.BaseAddress = Address;
        await StartHostAsync();
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task StartHostAsync()
    {
        string cli = typeof(DashboardFixture).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "CliFolder").Value!;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[]
        {
            Path.Combine(cli, "Orchestra.Cli.dll"), "up",
            "--data", Path.Combine(folder, "data"), "--port", $"{port}", "--config", Path.Combine(AppContext.BaseDirectory, "orchestra.test.yml"),
        })
        {
            start.ArgumentList.Add(argument);
        }

        host = Process.Start(start)!;
        host.OutputDataReceived += (_, _) => { };
        host.ErrorDataReceived += (_, _) => { };
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await IsUpAsync())
            await look.WaitForNextTickAsync(limit.Token);
    }

    public void KillHost()
    {
        host!.Kill();
        host.WaitForExit();
        host.Dispose();
        host = null;
    }

    /// <summary>A page of a browser of its own; what it complains about is collected.</summary>
    public async Task<(IPage Page, List<string> Complaints)> OpenAsync(string path, int width = 1200, int height = 900)
    {
        IBrowserContext context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
        });
        context.SetDefaultTimeout(60_000);
        IPage page = await context.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Dialog += (_, dialog) => complaints.Add($"dialog: {dialog.Message}");
        await page.GotoAsync(path);
        await page.Locator("main[data-live=yes]").WaitForAsync();
        return (page, complaints);
    }

    /// <summary>Written to an ignored folder, for a look.</summary>
    public static Task ShotAsync(IPage page, string name) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, "screenshots", $"{name}.png"), FullPage = true });

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
        Http.Dispose();
        if (host is not null)
            KillHost();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> IsUpAsync()
    {
        try
        {
            return (await Http.GetAsync("healthz")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
