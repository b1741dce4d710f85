using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestra.Activities.Configuration;
using Orchestra.Cli.Commands;
using Orchestra.Functions;

namespace Orchestra.Cli.Hosting;

/// <summary>The function app, run inside this process on a loopback port, and on another address if that is wanted.</summary>
internal sealed class LocalHost : IAsyncDisposable
{
    /// <summary>How many ports are tried from the default one on.</summary>
    private const int PortsTried = 100;

    private readonly IHost _host;

    private LocalHost(IHost host, int port)
    {
        _host = host;
        Address = AddressOf(port);
    }

    public Uri Address { get; }

    /// <summary>Fires when Ctrl-C, SIGTERM or the app itself ends the host.</summary>
    public CancellationToken Stopping => _host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    /// <param name="port">null: 8080, or the next free one.</param>
    /// <param name="quiet">Whether only warnings are logged.</param>
    /// <param name="storage">null: as the settings say.</param>
    /// <param name="listen">Where it listens besides; null: nowhere.</param>
    /// <exception cref="CliError">The port is taken, or the host refuses its settings.</exception>
    public static async Task<LocalHost> StartAsync(
        string? data, int? port, string? config, bool quiet, CancellationToken cancellationToken, string? storage = null,
        IPAddress? listen = null)
    {
        for (int candidate = port ?? SharedOptions.DefaultPort; ; candidate++)
        {
            bool last = port is not null || candidate >= SharedOptions.DefaultPort + PortsTried;
            if (IsFree(candidate) && await TryStartAsync(Arguments(data, Urls(candidate, listen), config, quiet, storage), AddressOf(candidate), cancellationToken) is { } host)
                return new LocalHost(host, candidate);
            if (last)
                throw new CliError($"Port {candidate} on 127.0.0.1 is taken; give another one with --port.");
        }
    }

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _host.WaitForShutdownAsync(cancellationToken);

    /// <summary>Stops the host if it runs still; running work goes on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await DisposeAsync(_host);
    }

    /// <returns>null when somebody took the port meanwhile.</returns>
    private static async Task<IHost?> TryStartAsync(string[] arguments, Uri address, CancellationToken cancellationToken)
    {
        IHost host = Build(arguments, address);
        try
        {
            await host.StartAsync(cancellationToken);
            return host;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await DisposeAsync(host);
            return null;
        }
        catch (Exception e)
        {
            await DisposeAsync(host);
            // How the host refuses a folder or a setting.
            if (e is IOException or UnauthorizedAccessException or InvalidOperationException)
                throw new CliError(e.Message);
            throw;
        }
    }

    private static IHost Build(string[] arguments, Uri address)
    {
        try
        {
            return OrchestraHost.Build(arguments, builder => DashboardHosting.AddTo(builder, address));
        }
        catch (Exception e) when (e is ConfigException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // These say which file or key is wrong; a stack trace would only hide it.
            throw new CliError(e.Message);
        }
    }

    private static string[] Arguments(string? data, string urls, string? config, bool quiet, string? storage)
    {
        List<string> arguments = ["--urls", urls];
        if (data is not null)
            arguments.AddRange(["--ORCHESTRA_DATA", data]);
        if (config is not null)
            arguments.AddRange(["--ORCHESTRA_CONFIG", config]);
        if (storage is not null)
            arguments.AddRange(["--ORCHESTRA_STORAGE", storage]);
        if (quiet)
            arguments.AddRange(["--Logging:LogLevel:Default", "Warning"]);
        return [.. arguments];
    }

    // Loopback always: the dashboard's own calls go there.
    private static string Urls(int port, IPAddress? listen)
    {
        string loopback = $"http://127.0.0.1:{port}";
        if (listen is null || listen.Equals(IPAddress.Loopback))
            return loopback;
        string other = $"http://{(listen.AddressFamily is AddressFamily.InterNetworkV6 ? $"[{listen}]" : listen)}:{port}";
        return listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any) ? other : $"{loopback};{other}";
    }

    private static Uri AddressOf(int port) => new($"http://127.0.0.1:{port}/");

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return false;
        }
        catch (SocketException e)
        {
            throw new CliError($"Cannot listen on 127.0.0.1:{port}: {e.Message}. Give another port with --port.");
        }
    }

    private static async ValueTask DisposeAsync(IHost host)
    {
        if (host is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else
            host.Dispose();
    }
}
