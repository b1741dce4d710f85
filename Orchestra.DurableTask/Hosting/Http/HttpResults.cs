using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Writes what an HTTP function returned.</summary>
internal static class HttpResults
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo?> ResultProperties = new();

    public static async Task WriteAsync(object? result, HttpContext http)
    {
        switch (result)
        {
            case null:
                break;
            case IActionResult action:
                await action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
                break;
            case IResult minimal:
                await minimal.ExecuteAsync(http);
                break;
            case HttpResponseData data:
                await EmbeddedHttpResponseData.WriteAsync(data, http);
                break;
            default:
                // Other values are no response: like the genuine integration, the answer is an empty 200.
                if (ResultProperties.GetOrAdd(result.GetType(), FindResultProperty) is { } property)
                    await WriteAsync(property.GetValue(result), http);
                break;
        }
    }

    private static PropertyInfo? FindResultProperty(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .FirstOrDefault(p => p.CanRead && p.IsDefined(typeof(HttpResultAttribute)));
}
