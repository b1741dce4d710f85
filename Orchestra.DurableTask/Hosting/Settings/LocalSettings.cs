using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;

namespace Orchestra.DurableTask.Hosting;

/// <summary>
/// Makes <c>Values</c> of local.settings.json configuration. The genuine tools turn them into environment variables unless
/// such a variable exists; here they stand just below the environment, which gives the same order without touching it.
/// </summary>
internal static class LocalSettings
{
    private const string FileName = "local.settings.json";

    public static void AddTo(IConfigurationBuilder configuration)
    {
        if (SettingsFiles.Find(FileName) is { } path)
            AddTo(configuration, path);
    }

    internal static void AddTo(IConfigurationBuilder configuration, string path)
    {
        if (configuration.Sources.OfType<Source>().Any())
            return;
        int environment = configuration.Sources.ToList().FindIndex(s => s is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        var source = new Source { InitialData = Read(path) };
        configuration.Sources.Insert(environment < 0 ? configuration.Sources.Count : environment, source);
    }

    private static Dictionary<string, string?> Read(string path)
    {
        IConfigurationRoot file;
        try
        {
            file = new ConfigurationBuilder().AddJsonFile(path, optional: false, reloadOnChange: false).Build();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidOperationException($"{path} is not valid JSON: {e.InnerException?.Message ?? e.Message}", e);
        }

        // Keys follow the rules of environment variables: a double underscore separates sections.
        return file.GetSection("Values").AsEnumerable(makePathsRelative: true)
            .Where(pair => pair.Value is not null)
            .ToDictionary(pair => pair.Key.Replace("__", ":", StringComparison.Ordinal), pair => pair.Value, StringComparer.OrdinalIgnoreCase);
    }

    private sealed class Source : IConfigurationSource
    {
        public required Dictionary<string, string?> InitialData { get; init; }

        public IConfigurationProvider Build(IConfigurationBuilder builder) =>
            new MemoryConfigurationProvider(new MemoryConfigurationSource { InitialData = InitialData });
    }
}
