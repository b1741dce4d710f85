using System.Diagnostics.CodeAnalysis;
using System.Text;
using Azure.Core.Serialization;
using Microsoft.DurableTask;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Payloads are written by the worker's serializer, as in a functions app.</summary>
internal sealed class SerializerDataConverter(ObjectSerializer serializer) : DataConverter
{
    [return: NotNullIfNotNull(nameof(value))]
    public override string? Serialize(object? value) =>
        value is null ? null : serializer.Serialize(value, value.GetType(), CancellationToken.None).ToString();

    [return: NotNullIfNotNull(nameof(data))]
    public override object? Deserialize(string? data, Type targetType)
    {
        if (data is null)
            return null;
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(data), writable: false);
        return serializer.Deserialize(stream, targetType, CancellationToken.None)!;
    }
}
