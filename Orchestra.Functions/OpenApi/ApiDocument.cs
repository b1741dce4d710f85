using System.ComponentModel;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Core;

namespace Orchestra.Functions.OpenApi;

/// <summary>
/// The OpenAPI document, from the code: routes, verbs and path parameters are those of the HTTP triggers, bodies those of the types that
/// <see cref="ApiAttribute"/> names. A function without the attribute is in it all the same.
/// </summary>
internal static partial class ApiDocument
{
    private static readonly JsonSchemaExporterOptions SchemaOptions = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) =>
        {
            if (schema is JsonObject node && context.PropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(DescriptionAttribute), false) is [DescriptionAttribute text, ..])
                node["description"] = text.Description;
            return schema;
        },
    };

    public static JsonObject Create(string version)
    {
        var paths = new JsonObject();
        foreach ((MethodInfo method, HttpTriggerAttribute trigger) in Functions())
        {
            string path = "/" + trigger.Route!.Trim('/');
            if (paths[path] is not JsonObject item)
                paths[path] = item = [];
            foreach (string verb in trigger.Methods ?? [])
                item[verb.ToLowerInvariant()] = Operation(method, path);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Agent Orchestra",
                ["version"] = version,
                ["description"] = "Coding agents in parallel, their work landed together, tested. Live messages come over the web sockets /ws/gm, /ws/teams, /ws/status and /ws/logs.",
            },
            ["paths"] = new JsonObject(paths.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))),
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject { ["Problem"] = Problem() },
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-functions-key" },
                },
            },
            ["security"] = new JsonArray(new JsonObject(), new JsonObject { ["key"] = new JsonArray() }),
        };
    }

    /// <summary>Every function with an HTTP trigger of this app.</summary>
    public static IEnumerable<(MethodInfo Method, HttpTriggerAttribute Trigger)> Functions() =>
        from type in typeof(ApiDocument).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.IsDefined(typeof(FunctionAttribute))
        let trigger = method.GetParameters().Select(p => p.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(t => t is not null)
        where trigger?.Route is not null
        select (method, trigger);

    private static JsonObject Operation(MethodInfo method, string path)
    {
        string name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
        ApiAttribute api = method.GetCustomAttribute<ApiAttribute>() ?? new ApiAttribute(Word().Replace(name, " $1").Trim());
        var operation = new JsonObject
        {
            ["operationId"] = name,
            ["summary"] = api.Summary,
            ["tags"] = new JsonArray(Tag(path)),
            ["parameters"] = new JsonArray([.. PathParameters(path), .. api.Query.Select(QueryParameters.Of)]),
            ["responses"] = new JsonObject
            {
                [$"{api.Status}"] = new JsonObject { ["description"] = "Done.", ["content"] = new JsonObject { [api.Answer] = new JsonObject() } },
                ["4XX"] = new JsonObject
                {
                    ["description"] = "Refused; says which field is wrong and how to mend it.",
                    ["content"] = new JsonObject
                    {
                        ["application/problem+json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" } },
                    },
                },
            },
        };
        if (api.Body is not null)
        {
            operation["requestBody"] = new JsonObject
            {
                ["required"] = !api.BodyOptional,
                ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Schema(api.Body) } },
            };
        }

        return operation;
    }

    private static JsonNode Schema(Type type)
    {
        JsonNode schema = Json.Options.GetJsonSchemaAsNode(type, SchemaOptions);
        Close(schema);
        return schema;
    }

    // Unknown keys are refused, so the schema says so.
    private static void Close(JsonNode? node)
    {
        if (node is JsonObject item)
        {
            if (item.ContainsKey("properties") && !item.ContainsKey("additionalProperties"))
                item["additionalProperties"] = false;
            foreach ((_, JsonNode? child) in item.ToList())
                Close(child);
        }
    }

    private static IEnumerable<JsonNode> PathParameters(string path) => PathParameter().Matches(path).Select(m => new JsonObject
    {
        ["name"] = m.Groups[1].Value,
        ["in"] = "path",
        ["required"] = true,
        ["schema"] = new JsonObject { ["type"] = "string" },
    });

    private static string Tag(string path) => path.Split('/') switch
    {
        [_, "api", "gm", ..] => "General Manager",
        [_, "api", "teams", ..] => "Teams",
        [_, "api", "events", ..] => "Events",
        [_, "api", "executions" or "stats" or "costs" or "agents", ..] => "Statistics",
        _ => "Host",
    };

    private static JsonObject Problem() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["title"] = new JsonObject { ["type"] = "string" },
            ["status"] = new JsonObject { ["type"] = "integer" },
            ["detail"] = new JsonObject { ["type"] = "string", ["description"] = "What is wrong and how to mend it." },
            ["field"] = new JsonObject { ["type"] = "string", ["description"] = "Where it is wrong: a JSON path, a parameter or a header." },
        },
    };

    [GeneratedRegex("([A-Z])")]
    private static partial Regex Word();

    [GeneratedRegex(@"\{([^}?:=]+)")]
    private static partial Regex PathParameter();
}
