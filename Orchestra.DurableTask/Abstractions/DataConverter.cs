using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Microsoft.DurableTask
{
    /// <summary>Turns payloads into text and back.</summary>
    public abstract class DataConverter
    {
        [return: NotNullIfNotNull(nameof(value))]
        public abstract string? Serialize(object? value);

        [return: NotNullIfNotNull(nameof(data))]
        public abstract object? Deserialize(string? data, Type targetType);

        [return: NotNullIfNotNull(nameof(data))]
        public virtual T? Deserialize<T>(string? data) => Deserialize(data, typeof(T)) is { } value ? (T)value : default;
    }
}

namespace Microsoft.DurableTask.Converters
{
    /// <summary>Payloads as JSON; by default with fields.</summary>
    public class JsonDataConverter(JsonSerializerOptions? options = null) : DataConverter
    {
        private static readonly JsonSerializerOptions DefaultOptions = new() { IncludeFields = true };

        private readonly JsonSerializerOptions options = options ?? DefaultOptions;

        public static JsonDataConverter Default { get; } = new();

        [return: NotNullIfNotNull(nameof(value))]
        public override string? Serialize(object? value)
            => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), options);

        [return: NotNullIfNotNull(nameof(data))]
        public override object? Deserialize(string? data, Type targetType)
            => data is null ? null : JsonSerializer.Deserialize(data, targetType, options)!;
    }
}
