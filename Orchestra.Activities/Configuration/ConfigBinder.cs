using System.Globalization;
using System.Reflection;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Orchestra.Activities.Configuration;

/// <summary>Puts YAML nodes into configuration classes; goes on after a problem, so that a person sees all of them at once.</summary>
internal sealed class ConfigBinder
{
    private readonly Dictionary<string, int> lines = new(StringComparer.Ordinal);

    /// <summary>Of every key that stands in the file.</summary>
    public IReadOnlyDictionary<string, int> Lines => lines;

    public List<ConfigProblem> Problems { get; } = [];

    /// <summary>Where a key stands; for one that is not in the file, where its nearest parent does.</summary>
    public int LineOf(string key)
    {
        for (string path = key; ; path = path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))])
        {
            if (lines.TryGetValue(path, out int line)) return line;
            if (path.Length == 0) return 1;
        }
    }

    public T Bind<T>(YamlNode root) where T : new() => Bind(typeof(T), root, "") is T value ? value : new T();

    private object? Bind(Type type, YamlNode node, string path)
    {
        lines.TryAdd(path, (int)node.Start.Line);
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return Text(node, path);
        if (type == typeof(int)) return Number(node, path);
        if (type == typeof(decimal)) return Amount(node, path);
        if (type == typeof(bool)) return Truth(node, path);
        if (!type.IsGenericType) return Section(type, node, path);
        return type.GetGenericTypeDefinition() == typeof(List<>) ? Items(type, node, path) : Entries(type, node, path);
    }

    private object? Section(Type type, YamlNode node, string path)
    {
        object section = Activator.CreateInstance(type)!;
        if (IsEmpty(node)) return section;
        if (node is not YamlMappingNode mapping) return Refuse(node, path, "must be a section with keys of its own");
        Dictionary<string, PropertyInfo> properties = type.GetProperties().ToDictionary(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name));
        foreach ((YamlNode keyNode, YamlNode valueNode) in mapping.Children)
        {
            string key = KeyOf(keyNode);
            string keyPath = Join(path, key);
            lines[keyPath] = (int)keyNode.Start.Line;
            if (!properties.TryGetValue(key, out PropertyInfo? property))
                Refuse(keyNode, keyPath, $"is not a known key. Known here: {string.Join(", ", properties.Keys)}");
            else if (!IsEmpty(valueNode) && Bind(property.PropertyType, valueNode, keyPath) is { } value)
                property.SetValue(section, value);
        }
        return section;
    }

    private object? Items(Type type, YamlNode node, string path)
    {
        if (node is not YamlSequenceNode sequence) return Refuse(node, path, "must be a list");
        System.Collections.IList list = (System.Collections.IList)Activator.CreateInstance(type)!;
        for (int i = 0; i < sequence.Children.Count; i++)
        {
            if (Bind(type.GenericTypeArguments[0], sequence.Children[i], $"{path}[{i}]") is { } item) list.Add(item);
        }
        return list;
    }

    private object? Entries(Type type, YamlNode node, string path)
    {
        if (node is not YamlMappingNode mapping) return Refuse(node, path, "must be a section with one key per name");
        System.Collections.IDictionary entries = (System.Collections.IDictionary)Activator.CreateInstance(type)!;
        foreach ((YamlNode keyNode, YamlNode valueNode) in mapping.Children)
        {
            string key = KeyOf(keyNode);
            string keyPath = Join(path, key);
            lines[keyPath] = (int)keyNode.Start.Line;
            if (Bind(type.GenericTypeArguments[1], valueNode, keyPath) is { } value) entries[key] = value;
        }
        return entries;
    }

    private object? Text(YamlNode node, string path) =>
        node is YamlScalarNode { Value: { } text } ? text : Refuse(node, path, "must be a text");

    private object? Number(YamlNode node, string path) =>
        node is YamlScalarNode scalar && int.TryParse(scalar.Value, CultureInfo.InvariantCulture, out int number)
            ? number
            : Refuse(node, path, "must be a whole number");

    private object? Amount(YamlNode node, string path) =>
        node is YamlScalarNode scalar && decimal.TryParse(scalar.Value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal amount)
            ? amount
            : Refuse(node, path, "must be a number such as 2.50");

    private object? Truth(YamlNode node, string path) =>
        node is YamlScalarNode scalar && bool.TryParse(scalar.Value, out bool value) ? value : Refuse(node, path, "must be true or false");

    private object? Refuse(YamlNode node, string path, string message)
    {
        string found = node is YamlScalarNode { Value: { Length: > 0 } text } && !message.Contains("known key", StringComparison.Ordinal) ? $", not '{text}'" : "";
        Problems.Add(new ConfigProblem((int)node.Start.Line, path, message + found + "."));
        return null;
    }

    /// <summary>A key without a value keeps its default.</summary>
    private static bool IsEmpty(YamlNode node) => node is YamlScalarNode { Value: "" or null or "~" or "null", Style: ScalarStyle.Plain or ScalarStyle.Any };

    private static string KeyOf(YamlNode node) => node is YamlScalarNode { Value: { } text } ? text : node.ToString();

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
