namespace Orchestra.Core.Pipeline;

/// <summary>What happens to a conflict in which both sides only touch or insert at the same place.</summary>
public static class MechanicalPolicies
{
    /// <summary>Both are kept and the gates judge; without a gate a person is asked.</summary>
    public const string Auto = "auto";

    /// <summary>The person is asked, with the result as the proposal.</summary>
    public const string Ask = "ask";

    public const string Off = "off";

    public static readonly IReadOnlyList<string> All = [Auto, Ask, Off];
}

/// <summary>Makes a merge commit out of a conflicted merge where keeping both sides' lines is possible. No ref moves.</summary>
/// <param name="Policy">Null: no classes of files, and both sides' lines are kept wherever they can be.</param>
public sealed record ResolveMechanicallyInput(string RepoPath, string Ours, string Theirs, string Message, DateTime Date, MergePolicy? Policy = null);

/// <param name="Commit">The candidate; null when some conflict is a real one, <c>Reason</c> says which.</param>
/// <param name="Files">The conflicted files that were settled.</param>
/// <param name="Diff">The places that differ from both sides, as a combined diff, cut at 8 KB.</param>
public sealed record MechanicalOutcome(string? Commit, string? Reason, IReadOnlyList<string> Files, string Diff, IReadOnlyList<SettledFile>? Settled = null);

/// <summary>What a person needs to check a mechanical merge.</summary>
public sealed record MechanicalMerge(string Commit, IReadOnlyList<string> Files, string Diff, IReadOnlyList<SettledFile>? Settled = null);

/// <summary>Moves the integration branch on to a candidate that passed its gates, by compare-and-swap.</summary>
public sealed record AdvanceIntegrationInput(string RepoPath, string IntegrationRef, string From, string To);
