using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Calls a function method. The call, the construction of its class and the unwrapping of its result are compiled once.</summary>
internal sealed class FunctionInvoker
{
    private readonly Func<object?, object?[], object?> call;
    private readonly Func<object?, ValueTask<object?>> unwrap;
    private readonly ObjectFactory? factory;
    private readonly Type type;

    private FunctionInvoker(MethodInfo method)
    {
        type = method.ReflectedType!; // the class that was searched, also when a base class declares the method
        call = Compile(method);
        unwrap = ResultUnwrapper.For(method.ReturnType);
        factory = method.IsStatic ? null : ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);
    }

    public static FunctionInvoker For(MethodInfo method) => new(method);

    public async ValueTask<object?> InvokeAsync(FunctionContext context, object?[] arguments)
    {
        if (factory is null)
            return await unwrap(call(null, arguments));
        object instance = context.InstanceServices.GetService<IFunctionActivator>() is { } activator
            ? activator.CreateInstance(type, context) ?? throw new InvalidOperationException($"The function activator made no instance of {type.FullName}.")
            : factory(context.InstanceServices, null);
        try
        {
            return await unwrap(call(instance, arguments));
        }
        finally
        {
            if (instance is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else
                (instance as IDisposable)?.Dispose();
        }
    }

    private static Func<object?, object?[], object?> Compile(MethodInfo method)
    {
        ParameterExpression instance = Expression.Parameter(typeof(object));
        ParameterExpression arguments = Expression.Parameter(typeof(object?[]));
        IEnumerable<Expression> values = method.GetParameters().Select((p, i) =>
            Argument(Expression.ArrayIndex(arguments, Expression.Constant(i)), p.ParameterType));
        Expression body = Expression.Call(method.IsStatic ? null : Expression.Convert(instance, method.DeclaringType!), method, values);
        body = method.ReturnType == typeof(void)
            ? Expression.Block(body, Expression.Constant(null))
            : Expression.Convert(body, typeof(object));
        return Expression.Lambda<Func<object?, object?[], object?>>(body, instance, arguments).Compile();
    }

    // An absent value is null; for a value type that means its default.
    private static Expression Argument(Expression value, Type type) =>
        type.IsValueType
            ? Expression.Condition(Expression.Equal(value, Expression.Constant(null)), Expression.Default(type), Expression.Unbox(value, type))
            : Expression.Convert(value, type);
}
