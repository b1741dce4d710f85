namespace Orchestra.Core.Pipeline;

/// <summary>Ends the gates, fixes and resolutions of a project whose orchestration has ended without it.</summary>
/// <param name="InstanceId">The project's, as stored when it was found so; another one by now means that it goes on.</param>
public sealed record EndRunsInput(string ProjectId, string? InstanceId);

/// <summary>Ends a session whose orchestration has ended without it.</summary>
/// <param name="Session">What is known of it; what is stored goes before.</param>
/// <param name="Status">What it becomes, unless it had come to its own end.</param>
/// <param name="Message">Of the commit of what its agent left.</param>
public sealed record EndSessionInput(SessionRecord Session, string Status, string Reason, string Message, DateTime At);
