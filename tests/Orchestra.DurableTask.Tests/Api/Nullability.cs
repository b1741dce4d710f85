using System.Collections.ObjectModel;
using System.Reflection;

namespace Orchestra.DurableTask.Tests.Api;

/// <summary>
/// The compiler's nullability bytes of one type use, read in their order: one per reference type, type parameter and
/// generic value type. (The framework's own reader does not tell <c>T</c> from <c>T?</c>.)
/// </summary>
internal sealed class Nullability(ICustomAttributeProvider use, MemberInfo owner)
{
    private const byte Annotated = 2;
    private readonly byte[] flags = Declared(use) ?? [Context(owner)];
    private int next;

    public bool Next() => (flags.Length == 1 ? flags[0] : flags[next++]) == Annotated;

    private static byte[]? Declared(ICustomAttributeProvider use)
    {
        object? value = Data(use).FirstOrDefault(a => a.AttributeType.Name == "NullableAttribute")?.ConstructorArguments[0].Value;
        return value switch
        {
            byte one => [one],
            ReadOnlyCollection<CustomAttributeTypedArgument> many => [.. many.Select(m => (byte)m.Value!)],
            _ => null,
        };
    }

    private static byte Context(MemberInfo? owner)
    {
        for (; owner is not null; owner = owner.DeclaringType)
        {
            if (owner.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.Name == "NullableContextAttribute") is { } context)
                return (byte)context.ConstructorArguments[0].Value!;
        }

        return 0;
    }

    private static IList<CustomAttributeData> Data(ICustomAttributeProvider use) => use switch
    {
        ParameterInfo parameter => parameter.GetCustomAttributesData(),
        MemberInfo member => member.GetCustomAttributesData(),
        _ => [],
    };
}
