using System.Net;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;

namespace Orchestra.Functions.Security;

/// <summary>The addresses that the server is about to listen on.</summary>
internal static class Binding
{
    /// <exception cref="InvalidOperationException">Others could reach the port and no key is asked for.</exception>
    /// <returns>Whether other machines can reach us.</returns>
    public static bool Check(IFeatureCollection server, IConfiguration configuration, ApiKeys keys)
    {
        List<string> open = [.. Addresses(server, configuration).Where(a => !IsLoopback(a))];
        if (open.Count > 0 && !keys.Any)
        {
            throw new InvalidOperationException(
                $"Refusing to listen on {string.Join(", ", open)} without an API key: whoever reaches the port could start programs on this machine. "
                + $"Set {AccessSettings.KeySetting} (make one with 'openssl rand -hex 24'), or listen on 127.0.0.1.");
        }

        return open.Count > 0;
    }

    private static IEnumerable<string> Addresses(IFeatureCollection server, IConfiguration configuration) =>
        (server.Get<IServerAddressesFeature>()?.Addresses ?? [])
        .Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>());

    private static bool IsLoopback(string address)
    {
        // Only this user's processes reach a Unix socket's file.
        if (address.Contains("://unix:/", StringComparison.OrdinalIgnoreCase))
            return true;
        try
        {
            return IsLoopbackHost(BindingAddress.Parse(address).Host);
        }
        catch (FormatException)
        {
            // Not understood is not trusted; the server itself will say what is wrong with it.
            return false;
        }
    }

    public static bool IsLoopbackHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));
}
