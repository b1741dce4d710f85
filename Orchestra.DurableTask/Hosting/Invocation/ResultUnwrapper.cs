using System.Reflection;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Awaits whatever a function returns and gives its value; null for those that give none.</summary>
internal static class ResultUnwrapper
{
    public static Func<object?, ValueTask<object?>> For(Type returnType)
    {
        if (returnType == typeof(Task))
            return FromTask;
        if (returnType == typeof(ValueTask))
            return FromValueTask;
        if (returnType.IsGenericType && returnType.GetGenericTypeDefinition() == typeof(Task<>))
            return Generic(nameof(FromTaskOf), returnType);
        if (returnType.IsGenericType && returnType.GetGenericTypeDefinition() == typeof(ValueTask<>))
            return Generic(nameof(FromValueTaskOf), returnType);
        return static value => new ValueTask<object?>(value);
    }

    private static Func<object?, ValueTask<object?>> Generic(string method, Type returnType) =>
        typeof(ResultUnwrapper).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(returnType.GetGenericArguments())
            .CreateDelegate<Func<object?, ValueTask<object?>>>();

    private static async ValueTask<object?> FromTask(object? value)
    {
        await (Task)value!;
        return null;
    }

    private static async ValueTask<object?> FromValueTask(object? value)
    {
        await (ValueTask)value!;
        return null;
    }

    private static async ValueTask<object?> FromTaskOf<T>(object? value) => await (Task<T>)value!;

    private static async ValueTask<object?> FromValueTaskOf<T>(object? value) => await (ValueTask<T>)value!;
}
