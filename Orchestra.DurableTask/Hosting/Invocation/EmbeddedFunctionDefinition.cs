using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Orchestra.DurableTask.Hosting;

/// <summary>A function as middleware sees it.</summary>
internal sealed class EmbeddedFunctionDefinition : FunctionDefinition
{
    private const string AttributeSuffix = "Attribute";

    public EmbeddedFunctionDefinition(string name, MethodInfo method)
    {
        Name = name;
        EntryPoint = $"{method.DeclaringType!.FullName}.{method.Name}";
        PathToAssembly = method.DeclaringType.Assembly.Location;
        Parameters = [.. method.GetParameters().Select(p => new FunctionParameter(p.Name!, p.ParameterType, p.HasDefaultValue, p.HasDefaultValue ? p.DefaultValue : null))];
        InputBindings = method.GetParameters()
            .Select(p => (p.Name, Attribute: p.GetCustomAttribute<BindingAttribute>()))
            .Where(p => p.Attribute is not null)
            .ToImmutableDictionary(p => p.Name!, p => (BindingMetadata)new Binding(p.Name!, TypeOf(p.Attribute!), BindingDirection.In));
        OutputBindings = InputBindings.Values.Any(b => b.Type == "httpTrigger")
            ? ImmutableDictionary<string, BindingMetadata>.Empty.Add("$return", new Binding("$return", "http", BindingDirection.Out))
            : ImmutableDictionary<string, BindingMetadata>.Empty;
    }

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override string PathToAssembly { get; }

    public override string EntryPoint { get; }

    public override string Id => Name;

    public override string Name { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; }

    // HttpTriggerAttribute -> httpTrigger, as in the metadata of the genuine tools.
    private static string TypeOf(BindingAttribute attribute)
    {
        string name = attribute.GetType().Name;
        if (name.EndsWith(AttributeSuffix, StringComparison.Ordinal))
            name = name[..^AttributeSuffix.Length];
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private sealed class Binding(string name, string type, BindingDirection direction) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => type;

        public override BindingDirection Direction => direction;
    }
}
