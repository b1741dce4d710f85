namespace Orchestra.Client;

/// <summary>A call that did not succeed; the message tells a person the problem and the fix.</summary>
public class ApiError(string message) : Exception(message);

/// <summary>The host knows no such id.</summary>
public sealed class NotFoundError(string message) : ApiError(message);

/// <summary>Somebody else was first: the thing is not in that state any more.</summary>
public sealed class ConflictError(string message) : ApiError(message);
