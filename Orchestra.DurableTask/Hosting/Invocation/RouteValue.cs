using System.Globalization;
using System.Reflection;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Turns a route value into a parameter's type, the same in every culture.</summary>
internal static class RouteValue
{
    /// <summary>The conversion to a type, or null for types that a route value cannot become.</summary>
    public static Func<object, object?>? ConverterFor(Type parameterType)
    {
        Type type = Nullable.GetUnderlyingType(parameterType) ?? parameterType;
        if (type == typeof(string))
            return static value => Text(value);
        if (type == typeof(object))
            return static value => value;
        if (type.IsEnum)
            return value => Enum.Parse(type, Text(value), ignoreCase: true);
        bool parsable = type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>) && i.GetGenericArguments()[0] == type);
        return parsable
            ? typeof(RouteValue).GetMethod(nameof(Parse), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(type).CreateDelegate<Func<object, object?>>()
            : null;
    }

    private static object? Parse<T>(object value)
        where T : IParsable<T> => T.Parse(Text(value), CultureInfo.InvariantCulture);

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
}
