using System.Collections;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker
{
    /// <summary>Settings of the functions worker.</summary>
    public class WorkerOptions
    {
        public ObjectSerializer? Serializer { get; set; }

        public InputConverterCollection InputConverters { get; } = new();

        public IDictionary<string, string> Capabilities { get; } = new Dictionary<string, string>();

        [Obsolete("User exceptions are always given as they are.")]
        public bool EnableUserCodeException { get; set; } = true;

        public bool IncludeEmptyEntriesInMessagePayload { get; set; }
    }

    /// <summary>The input converters, in order.</summary>
    public sealed class InputConverterCollection : IEnumerable<Type>
    {
        private readonly List<Type> types = [];

        public void Register<T>()
            where T : IInputConverter
            => types.Add(typeof(T));

        public void RegisterAt<T>(int index)
            where T : IInputConverter
            => types.Insert(index, typeof(T));

        public void Clear() => types.Clear();

        public IEnumerator<Type> GetEnumerator() => types.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>Makes the instance that a function method runs on.</summary>
    public interface IFunctionActivator
    {
        object? CreateInstance(Type instanceType, FunctionContext context);
    }

    /// <summary>Services and middleware of the functions worker.</summary>
    public interface IFunctionsWorkerApplicationBuilder
    {
        IServiceCollection Services { get; }

        IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware);
    }

    /// <summary>An error of the worker itself.</summary>
    public class FunctionWorkerException : Exception
    {
        public FunctionWorkerException(string? message)
            : base(message)
        {
        }

        public FunctionWorkerException(string? message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>Parameters could not be bound.</summary>
    public class FunctionInputConverterException : FunctionWorkerException
    {
        public FunctionInputConverterException(string? message)
            : base(message)
        {
        }

        public FunctionInputConverterException(string? message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>What a timer-triggered function is told.</summary>
    public class TimerInfo
    {
        public ScheduleStatus? ScheduleStatus { get; set; }

        public bool IsPastDue { get; set; }
    }

    /// <summary>The runs before and after this one.</summary>
    public class ScheduleStatus
    {
        public DateTime Last { get; set; }

        public DateTime Next { get; set; }

        public DateTime LastUpdated { get; set; }
    }
}

namespace Microsoft.Azure.Functions.Worker.Middleware
{
    /// <summary>The rest of the pipeline.</summary>
    public delegate Task FunctionExecutionDelegate(FunctionContext context);

    /// <summary>A step around every invocation.</summary>
    public interface IFunctionsWorkerMiddleware
    {
        Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
    }
}

namespace Microsoft.Azure.Functions.Worker.Core
{
    /// <summary>Configures an extension when the worker starts.</summary>
    public abstract class WorkerExtensionStartup
    {
        public abstract void Configure(IFunctionsWorkerApplicationBuilder applicationBuilder);
    }
}

namespace Microsoft.Azure.Functions.Worker.Converters
{
    /// <summary>Makes a parameter's value.</summary>
    public interface IInputConverter
    {
        ValueTask<ConversionResult> ConvertAsync(ConverterContext context);
    }

    /// <summary>How a conversion ended.</summary>
    public readonly struct ConversionResult
    {
        private ConversionResult(ConversionStatus status, object? value, Exception? error)
        {
            Status = status;
            Value = value;
            Error = error;
        }

        public ConversionStatus Status { get; }

        public object? Value { get; }

        public Exception? Error { get; }

        public static ConversionResult Unhandled() => default;

        public static ConversionResult Success(object? value) => new(ConversionStatus.Succeeded, value, null);

        public static ConversionResult Failed(Exception exception)
        {
            ArgumentNullException.ThrowIfNull(exception);
            return new ConversionResult(ConversionStatus.Failed, null, exception);
        }
    }

    /// <summary>The kinds of conversion results.</summary>
    public enum ConversionStatus
    {
        Unhandled = 0,
        Succeeded = 1,
        Failed = 2,
    }

    /// <summary>What a converter works from.</summary>
    public abstract class ConverterContext
    {
        public abstract Type TargetType { get; }

        public abstract object? Source { get; }

        public abstract FunctionContext FunctionContext { get; }

        public abstract IReadOnlyDictionary<string, object> Properties { get; }
    }
}
