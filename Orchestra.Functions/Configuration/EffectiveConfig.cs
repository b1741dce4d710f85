using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Orchestra.Activities.Configuration;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Output;

namespace Orchestra.Functions.Configuration;

/// <summary>What the configuration file, its defaults and the settings come to, for people to read.</summary>
public sealed class EffectiveConfig(OrchestraConfig config, ConfigOrigin origin, IConfiguration settings, Redactor redactor)
{
    private const string Hidden = "(hidden)";

    // Values of environment variables may be secret, whatever the variable is called.
    private const string Environment = "env";

    /// <summary>The file's own sections, then <c>file</c>, <c>entries</c> (one per value) and <c>settings</c>.</summary>
    public JsonObject View()
    {
        JsonObject view = JsonSerializer.SerializeToNode(config, Json.Options)!.AsObject();
        Mask(view);
        var entries = new JsonArray();
        foreach ((string section, JsonNode? value) in view.ToList())
            AddEntries(entries, section, value);
        view["file"] = origin.File;
        view["entries"] = entries;
        view["settings"] = new JsonArray([.. Settings.All.Select(Setting)]);
        return view;
    }

    private void AddEntries(JsonArray entries, string key, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } section:
                foreach ((string name, JsonNode? child) in section)
                    AddEntries(entries, $"{key}.{name}", child);
                break;
            case JsonArray { Count: > 0 } list when list[0] is JsonObject:
                for (int i = 0; i < list.Count; i++)
                    AddEntries(entries, $"{key}[{i}]", list[i]);
                break;
            default:
                entries.Add(Entry(key, value));
                break;
        }
    }

    private JsonObject Entry(string key, JsonNode? value)
    {
        int? line = origin.LineOf(key);
        string? setting = origin.Settings.GetValueOrDefault(key);
        return new JsonObject
        {
            ["key"] = key,
            ["value"] = value?.DeepClone(),
            ["source"] = setting ?? (line is null ? "default" : "file"),
            ["line"] = setting is null ? line : null,
        };
    }

    private JsonObject Setting(SettingName setting)
    {
        string? value = settings[setting.Name] is { Length: > 0 } text ? text : null;
        string? shown = value is null ? null : setting.IsSecret ? Hidden : redactor.Redact(value);
        return new JsonObject { ["name"] = setting.Name, ["value"] = shown, ["source"] = value is null ? null : SourceOf(setting.Name) };
    }

    private string? SourceOf(string name) =>
        (settings as IConfigurationRoot)?.Providers.LastOrDefault(p => p.TryGet(name, out _)) switch
        {
            null => null,
            FileConfigurationProvider file => file.Source.Path,
            { } provider => provider.GetType().Name.Replace("ConfigurationProvider", "", StringComparison.Ordinal) switch
            {
                "CommandLine" => "command line",
                "EnvironmentVariables" => "environment",
                { } other => other,
            },
        };

    private void Mask(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            for (int i = 0; i < list.Count; i++)
            {
                if (list[i] is JsonValue value)
                    list[i] = Masked(value);
                else
                    Mask(list[i]);
            }
        }

        if (node is not JsonObject section)
            return;
        foreach ((string name, JsonNode? child) in section.ToList())
        {
            if (name == Environment && child is JsonObject variables)
            {
                foreach ((string variable, _) in variables.ToList())
                    variables[variable] = Hidden;
            }
            else if (child is JsonValue value)
            {
                section[name] = Masked(value);
            }
            else
            {
                Mask(child);
            }
        }
    }

    private JsonNode Masked(JsonValue value) => value.TryGetValue(out string? text) ? redactor.Redact(text) : value.DeepClone();
}
