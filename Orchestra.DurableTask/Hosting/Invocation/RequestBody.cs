using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Orchestra.DurableTask.Hosting;

/// <summary>
/// Reads a JSON request body for <c>[FromBody]</c>. As in the genuine host, a body that cannot be read fails the
/// invocation; a function that wants to answer 400 reads the body itself.
/// </summary>
internal static class RequestBody
{
    private static readonly JsonSerializerOptions Web = JsonSerializerOptions.Web;

    public static ParameterSource As(Type type) => async (own, context) =>
    {
        HttpRequest request = own.Input.Http!.Request;
        if (type == typeof(string))
        {
            using var reader = new StreamReader(request.Body, leaveOpen: true);
            return await reader.ReadToEndAsync(context.CancellationToken);
        }

        if (!request.HasJsonContentType())
            throw new InvalidOperationException($"Unsupported content type '{request.ContentType}'.");
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, Web, context.CancellationToken);
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException(e.Message, e);
        }
    };
}
