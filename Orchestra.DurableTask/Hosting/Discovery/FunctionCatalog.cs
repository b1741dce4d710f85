using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Orchestra.DurableTask.Hosting;

/// <summary>All functions and class-based tasks of the app. Built once; every fault in it is a start-up error.</summary>
internal sealed class FunctionCatalog
{
    public FunctionCatalog(IOptions<EmbeddedHostOptions> options, IConfiguration configuration)
    {
        IReadOnlyList<Type> types = [.. SearchedTypes(options.Value).Distinct()];
        Functions = [.. types.SelectMany(FunctionReader.Read).Where(f => !IsDisabled(f, configuration))];
        ClassTasks = [.. types.Select(ClassTask.Read).OfType<ClassTask>()];
        RefuseDuplicates(Functions.Select(f => (f.Name, f.FullMethodName)), "function");
        foreach (var kind in new[] { TriggerKind.Orchestration, TriggerKind.Activity })
            RefuseDuplicates(
                Of(kind).Select(f => (f.TaskName, f.FullMethodName))
                    .Concat(ClassTasks.Where(t => t.Kind == kind).Select(t => (t.Name, t.Type.FullName!))),
                kind == TriggerKind.Orchestration ? "orchestrator" : "activity");
    }

    public IReadOnlyList<FunctionDescriptor> Functions { get; }

    public IReadOnlyList<ClassTask> ClassTasks { get; }

    public IEnumerable<FunctionDescriptor> Of(TriggerKind kind) => Functions.Where(f => f.Kind == kind);

    private static IEnumerable<Type> SearchedTypes(EmbeddedHostOptions options) =>
        options.FunctionTypes.Count > 0
            ? options.FunctionTypes
            : FunctionAssemblies.Find(options).OrderBy(a => a.FullName, StringComparer.Ordinal).SelectMany(LoadableTypes);

    // A type whose base lives in an absent assembly cannot be a function class of a working app; the others still count.
    private static IEnumerable<Type> LoadableTypes(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            return e.Types.OfType<Type>();
        }
    }

    private static bool IsDisabled(FunctionDescriptor function, IConfiguration configuration) =>
        string.Equals(configuration[$"AzureWebJobs.{function.Name}.Disabled"], "true", StringComparison.OrdinalIgnoreCase)
        || configuration[$"AzureWebJobs.{function.Name}.Disabled"] == "1";

    private static void RefuseDuplicates(IEnumerable<(string Name, string Where)> items, string what)
    {
        var duplicates = items
            .GroupBy(i => i.Name, i => i.Where, StringComparer.OrdinalIgnoreCase)
            .Where(g => g.Count() > 1)
            .Select(g => $"'{g.Key}' ({string.Join(", ", g)})")
            .ToList();
        if (duplicates.Count > 0)
            throw new InvalidOperationException($"Each {what} name may be used once. Used more than once: {string.Join("; ", duplicates)}.");
    }
}
