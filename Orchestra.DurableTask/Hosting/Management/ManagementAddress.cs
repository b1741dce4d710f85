using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Hosting;

/// <summary>
/// Where this host serves the management API. It is remembered beside each client that was bound, so that a client can
/// give its instances' addresses when there is no request to read them from.
/// </summary>
internal sealed class ManagementAddress(IEnumerable<IServer> servers, FunctionKey key, HostJson settings)
{
    public const string Path = "/runtime/webhooks/durabletask";
    private static readonly ConditionalWeakTable<DurableTaskClient, ManagementAddress> Known = [];

    /// <summary>Appended to every address, so that it can be called as it is.</summary>
    public string Query { get; } = $"taskHub={Uri.EscapeDataString(settings.HubName)}&connection=Storage"
        + (key.Value is { } code ? $"&code={Uri.EscapeDataString(code)}" : string.Empty);

    public string? BaseUrl =>
        servers.FirstOrDefault()?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } address
            ? Reachable(address).TrimEnd('/') + Path
            : null;

    public static ManagementAddress? Of(DurableTaskClient client) => Known.TryGetValue(client, out ManagementAddress? address) ? address : null;

    public DurableTaskClient Attach(DurableTaskClient client)
    {
        Known.TryAdd(client, this);
        return client;
    }

    // An address that means "every interface" cannot be called.
    private static string Reachable(string address) =>
        address.Replace("://*", "://localhost", StringComparison.Ordinal)
            .Replace("://+", "://localhost", StringComparison.Ordinal)
            .Replace("://[::]", "://localhost", StringComparison.Ordinal)
            .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal);
}
