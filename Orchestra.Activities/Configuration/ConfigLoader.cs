using Orchestra.Core.Configuration;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Orchestra.Activities.Configuration;

/// <summary>Reads <c>orchestra.yml</c>.</summary>
public static class ConfigLoader
{
    /// <returns>The configuration, and the line of every key that stands in the file.</returns>
    /// <exception cref="ConfigException">The file is missing, is no YAML, or says something that cannot be meant.</exception>
    public static (OrchestraConfig Config, IReadOnlyDictionary<string, int> Lines) Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(path, [new ConfigProblem(1, "", $"The configuration cannot be read: {e.Message}")]);
        }
        return Read<OrchestraConfig>(path, text, (config, lineOf) => new ConfigRules(config, lineOf).Check());
    }

    /// <param name="file">The name used in messages.</param>
    /// <param name="text">YAML.</param>
    /// <exception cref="ConfigException">As for <see cref="Load"/>.</exception>
    public static OrchestraConfig Parse(string file, string text) =>
        Parse<OrchestraConfig>(file, text, (config, lineOf) => new ConfigRules(config, lineOf).Check());

    internal static T Parse<T>(string file, string text, Func<T, Func<string, int>, List<ConfigProblem>> check)
        where T : new() => Read(file, text, check).Config;

    private static (T Config, IReadOnlyDictionary<string, int> Lines) Read<T>(string file, string text, Func<T, Func<string, int>, List<ConfigProblem>> check)
        where T : new()
    {
        YamlStream stream = [];
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new ConfigException(file, [new ConfigProblem((int)e.Start.Line, "", $"This is not valid YAML: {e.InnerException?.Message ?? e.Message}")]);
        }

        ConfigBinder binder = new();
        T config = stream.Documents.Count == 0 ? new() : binder.Bind<T>(stream.Documents[0].RootNode);
        // Rules about values that did not bind would only repeat the first complaint in other words.
        List<ConfigProblem> problems = binder.Problems.Count > 0 ? binder.Problems : check(config, binder.LineOf);
        if (problems.Count > 0) throw new ConfigException(file, [.. problems.OrderBy(p => p.Line)]);
        return (config, binder.Lines);
    }
}
