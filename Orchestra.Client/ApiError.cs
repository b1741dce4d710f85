namespace Orchestra.Client;

/// <summary>A call that did not succeed; the message tells a person the problem and the fix.</summary>
/// <param name="fields">What the host says of single fields of the request; empty when it did not answer or means the request as a whole.</param>
public class ApiError(string message, IReadOnlyList<FieldError>? fields = null) : Exception(message)
{
    public IReadOnlyList<FieldError> Fields { get; } = fields ?? [];
}

/// <summary>The host knows no such id.</summary>
public sealed class NotFoundError(string message, IReadOnlyList<FieldError>? fields = null) : ApiError(message, fields);

/// <summary>Somebody else was first: the thing is not in that state any more.</summary>
public sealed class ConflictError(string message, IReadOnlyList<FieldError>? fields = null) : ApiError(message, fields);

/// <summary>The host answers and takes no call with this key, or without one.</summary>
public sealed class KeyError(string message, IReadOnlyList<FieldError>? fields = null) : ApiError(message, fields);

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">Its path in the request, for example <c>agents[1].task</c>.</param>
/// <param name="Message">What is wrong, and the fix.</param>
public sealed record FieldError(string Field, string Message)
{
    /// <summary>The message, after the field that it is of; that is none of the request's when it is the id in its address.</summary>
    public override string ToString() => Field is "" or "id" ? Message : $"{Field}: {Message}";
}
