namespace Orchestra.Core.Pipeline;

/// <summary>Where a retry takes up a project that ended: everything that the ended run had reached is in here.</summary>
/// <param name="InstanceId">The new orchestration instance.</param>
/// <param name="Record">The project as the ended run left it: integration commit, merges done, gates run.</param>
/// <param name="Sessions">How each agent ended; they are not run again.</param>
/// <param name="Agents">Those that the retry adds, which are to be run; they are in the plan, too.</param>
public sealed record ResumePoint(string InstanceId, ProjectRecord Record, IReadOnlyList<SessionHead> Sessions, IReadOnlyList<AgentPlan>? Agents = null);

/// <summary>The end of one session, as far as merging needs it.</summary>
/// <param name="LeftOut">What its agent left and was not committed.</param>
public sealed record SessionHead(
    string SessionId, string Status, string? WorktreePath, string? HeadCommit, IReadOnlyList<string> FilesChanged, IReadOnlyList<string>? LeftOut = null);

/// <summary>A branch that somebody made is to be merged like an agent's.</summary>
/// <param name="Name">Its short name.</param>
public sealed record TakenBranch(string Name, string Commit, IReadOnlyList<string> FilesChanged);

/// <summary>One commit that undoes a landing, on a branch of its own.</summary>
/// <param name="Branch">Full name of that branch.</param>
/// <param name="LandedOn">What the target was before the landing.</param>
public sealed record RevertLandingInput(string RepoPath, string Branch, string TargetBranch, string Landed, string LandedOn, string Message, DateTime Date);

/// <summary>Takes up the integration branch at the commit that an ended run had reached.</summary>
public sealed record ResumeIntegrationInput(string ProjectId, string RepoPath, string Commit);
