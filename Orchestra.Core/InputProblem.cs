namespace Orchestra.Core;

/// <summary>Bad input from a person: which field, what is wrong and how to mend it. Becomes a 4xx answer, never a retry.</summary>
public sealed class InputProblem(string field, string message, int status = 422) : Exception(message)
{
    /// <summary>The JSON path of the field, for example <c>agents[0].team</c>.</summary>
    public string Field { get; } = field;

    /// <summary>The HTTP status that fits: 404, 409 or 422.</summary>
    public int Status { get; } = status;

    /// <summary>When the same request may be tried again; null: never as it is.</summary>
    public int? RetryAfterSeconds { get; init; }
}
