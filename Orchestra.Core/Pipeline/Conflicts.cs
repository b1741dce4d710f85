namespace Orchestra.Core.Pipeline;

/// <summary>One of those whose changes meet in a conflict.</summary>
/// <param name="Side"><c>ours</c>: merged already; <c>theirs</c>: coming in.</param>
/// <param name="SessionId">Null for what people committed to the target meanwhile.</param>
/// <param name="Commit">The head of its work.</param>
/// <param name="Files">The conflicted files that it changed.</param>
public sealed record ConflictParty(string Side, string? SessionId, string Team, string Task, string Commit, IReadOnlyList<string> Files);
