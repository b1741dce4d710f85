using System.Globalization;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Configuration;

namespace Orchestra.DurableTask.Hosting;

/// <summary>
/// The settings of host.json that mean something on one machine. As in the genuine host, each can be overridden by a
/// setting <c>AzureFunctionsJobHost:path</c> (environment: <c>AzureFunctionsJobHost__path</c>).
/// </summary>
internal sealed class HostJson
{
    private const string Durable = "extensions:durableTask";
    private readonly IConfiguration merged;
    private readonly string where;

    public HostJson(IConfiguration configuration)
    {
        string? path = SettingsFiles.Find("host.json");
        where = path ?? "host.json";
        var builder = new ConfigurationBuilder();
        if (path is not null)
            builder.AddJsonFile(path, optional: false, reloadOnChange: false);
        builder.AddInMemoryCollection(configuration.GetSection("AzureFunctionsJobHost").AsEnumerable(makePathsRelative: true));
        try
        {
            merged = builder.Build();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidOperationException($"{where} is not valid JSON: {e.InnerException?.Message ?? e.Message}", e);
        }

        RoutePrefix = (merged["extensions:http:routePrefix"] ?? "api").Trim('/');
        HubName = HubNameOf(configuration);
        MaxConcurrentActivities = Count("maxConcurrentActivityFunctions");
        MaxConcurrentOrchestrators = Count("maxConcurrentOrchestratorFunctions");
        ReplaceUnfinished = Choice("overridableExistingInstanceStates", OverridableStates.NonRunningStates) == OverridableStates.AnyState;
        DefaultVersion = merged[$"{Durable}:defaultVersion"];
        VersionMatch = Choice("versionMatchStrategy", DurableTaskWorkerOptions.VersionMatchStrategy.CurrentOrOlder);
        VersionFailure = Choice("versionFailureStrategy", DurableTaskWorkerOptions.VersionFailureStrategy.Reject);
    }

    public string RoutePrefix { get; }

    public string HubName { get; }

    public int MaxConcurrentActivities { get; }

    public int MaxConcurrentOrchestrators { get; }

    public bool ReplaceUnfinished { get; }

    public string? DefaultVersion { get; }

    public DurableTaskWorkerOptions.VersionMatchStrategy VersionMatch { get; }

    public DurableTaskWorkerOptions.VersionFailureStrategy VersionFailure { get; }

    private string HubNameOf(IConfiguration configuration)
    {
        string name = SettingReferences.Expand(merged[$"{Durable}:hubName"] ?? configuration["WEBSITE_SITE_NAME"] ?? "TestHubName", configuration);
        bool valid = name.Length is >= 3 and <= 45 && char.IsAsciiLetter(name[0]) && name.All(char.IsAsciiLetterOrDigit);
        return valid
            ? name
            : throw new InvalidOperationException($"{where}: the hub name '{name}' is not valid: 3 to 45 letters and digits, beginning with a letter.");
    }

    private T Choice<T>(string setting, T otherwise)
        where T : struct, Enum
    {
        if (merged[$"{Durable}:{setting}"] is not { } text)
            return otherwise;
        return Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value)
            ? value
            : throw new InvalidOperationException($"{where}: {setting} must be one of {string.Join(", ", Enum.GetNames<T>())}, not '{text}'.");
    }

    private int Count(string setting)
    {
        if (merged[$"{Durable}:{setting}"] is not { } text)
            return 10 * Environment.ProcessorCount;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw new InvalidOperationException($"{where}: {setting} must be a positive whole number, not '{text}'.");
    }

    private enum OverridableStates
    {
        NonRunningStates,
        AnyState,
    }
}
