namespace Orchestra.Functions.OpenApi;

/// <summary>What the API document says of a function beyond what its trigger tells.</summary>
/// <param name="summary">One sentence.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ApiAttribute(string summary) : Attribute
{
    public string Summary { get; } = summary;

    /// <summary>The request's JSON.</summary>
    public Type? Body { get; init; }

    /// <summary>Whether the request may come without a body.</summary>
    public bool BodyOptional { get; init; }

    /// <summary>Names of query parameters; <see cref="QueryParameters"/> knows them.</summary>
    public string[] Query { get; init; } = [];

    /// <summary>The status of success.</summary>
    public int Status { get; init; } = 200;

    /// <summary>What success is answered with.</summary>
    public string Answer { get; init; } = "application/json";
}
