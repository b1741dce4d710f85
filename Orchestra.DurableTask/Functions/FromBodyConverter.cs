using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Http;

namespace Orchestra.DurableTask.Functions;

/// <summary>Reads the request body with the worker's serializer.</summary>
internal sealed class FromBodyConverter : IInputConverter
{
    public async ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        FunctionContext function = context.FunctionContext;
        HttpRequestData? request = await function.GetHttpRequestDataAsync();
        if (request is null)
            return ConversionResult.Unhandled();
        try
        {
            if (context.TargetType == typeof(string))
                return ConversionResult.Success(await request.ReadAsStringAsync());
            ObjectSerializer serializer = HttpRequestDataExtensions.SerializerOf(function);
            return ConversionResult.Success(await serializer.DeserializeAsync(request.Body, context.TargetType, function.CancellationToken));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return ConversionResult.Failed(exception);
        }
    }
}
