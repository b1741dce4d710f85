namespace Orchestra.Core.Pipeline;

/// <summary>The merge plan of a project as people read it: who conflicts with whom, in which order the branches come in, and why.</summary>
/// <param name="Revision">Counted from 1; a new one after every resolution.</param>
/// <param name="Reason">What the plan was made after.</param>
/// <param name="Head">The integration branch's head that it holds for.</param>
/// <param name="Branches">Those still to be merged, in merge order.</param>
public sealed record ProjectMergePlan(
    string ProjectId, int Revision, string Reason, string BaseCommit, string Head, DateTime At, IReadOnlyList<PlannedBranch> Branches);

/// <param name="Position">Its place among all branches of the project, from 0.</param>
/// <param name="Why">Why it stands there.</param>
public sealed record PlannedBranch(
    string SessionId, string Team, string Title, int Position, bool Clean, string Why, IReadOnlyList<string> Files, IReadOnlyList<PlannedConflict> Conflicts);

/// <param name="With">The other session; null: what is merged already.</param>
/// <param name="Hunks">In how many places; null when there were too many conflicts to count.</param>
public sealed record PlannedConflict(string? With, IReadOnlyList<string> Files, int? Hunks);
