using Microsoft.Extensions.Configuration;

namespace Orchestra.Functions.Security;

/// <summary>
/// Who may call, from the environment, the command line or <c>local.settings.json</c>: secrets have no place in a configuration
/// file that is committed.
/// </summary>
public sealed class AccessSettings
{
    public const string KeySetting = "ORCHESTRA_API_KEY";
    public const string KeysSetting = "ORCHESTRA_API_KEYS";
    public const string HostsSetting = "ORCHESTRA_ALLOWED_HOSTS";
    public const string OriginsSetting = "ORCHESTRA_ALLOWED_ORIGINS";
    private static readonly char[] Separators = [',', ';', ' '];

    /// <exception cref="InvalidOperationException">A key that cannot be meant; the message says how it should look.</exception>
    public AccessSettings(IConfiguration configuration)
    {
        Keys = ApiKeys.Read(configuration[KeySetting], List(configuration, KeysSetting));
        OwnKey = Keys.Any ? Keys.AddOwn() : null;
        Hosts = List(configuration, HostsSetting);
        Origins = List(configuration, OriginsSetting);
    }

    public ApiKeys Keys { get; }

    /// <summary>What the dashboard in this process shows to the API; null when no key is asked for.</summary>
    public string? OwnKey { get; }

    /// <summary>Names by which this host is reached, beside loopback.</summary>
    public IReadOnlyList<string> Hosts { get; }

    /// <summary>Origins whose pages may call, beside our own.</summary>
    public IReadOnlyList<string> Origins { get; }

    private static string[] List(IConfiguration configuration, string key) =>
        (configuration[key] ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
