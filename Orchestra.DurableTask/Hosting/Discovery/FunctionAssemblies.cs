using System.Reflection;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Finds the assemblies that can hold functions: those that reference this one.</summary>
internal static class FunctionAssemblies
{
    private static readonly Assembly Runtime = typeof(FunctionAssemblies).Assembly;
    private static readonly string RuntimeName = Runtime.GetName().Name!;

    public static IReadOnlyCollection<Assembly> Find(EmbeddedHostOptions options)
    {
        var found = new Dictionary<string, Assembly>(StringComparer.OrdinalIgnoreCase);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (Assembly assembly in options.Assemblies)
            Walk(assembly, found, seen);
        if (options.SearchEntryAssembly && Assembly.GetEntryAssembly() is { } entry)
            Walk(entry, found, seen);
        foreach (Assembly assembly in options.Assemblies)
            found.TryAdd(assembly.FullName!, assembly);
        return found.Values;
    }

    private static void Walk(Assembly root, Dictionary<string, Assembly> found, HashSet<string> seen)
    {
        var pending = new Stack<Assembly>([root]);
        while (pending.TryPop(out Assembly? assembly))
        {
            if (assembly == Runtime || !seen.Add(assembly.FullName!))
                continue;
            foreach (AssemblyName reference in assembly.GetReferencedAssemblies())
            {
                if (string.Equals(reference.Name, RuntimeName, StringComparison.OrdinalIgnoreCase))
                    found.TryAdd(assembly.FullName!, assembly);
                else if (!IsFramework(reference.Name) && !seen.Contains(reference.FullName) && TryLoad(reference) is { } next)
                    pending.Push(next);
            }
        }
    }

    // Framework assemblies cannot reference this one; leaving them out keeps start-up short.
    private static bool IsFramework(string? name) =>
        name is null or "mscorlib" or "netstandard" or "System"
        || name.StartsWith("System.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.", StringComparison.Ordinal);

    // A reference may be compile-time only and absent at run time; it then holds no functions.
    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException)
        {
            return null;
        }
    }
}
