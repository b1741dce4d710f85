namespace Orchestra.Activities.Git;

/// <param name="TopFolder">The work tree's top folder; of a bare repository its git folder.</param>
/// <param name="GitFolder">The git folder of this work tree.</param>
/// <param name="TargetBranch">Full ref name of the checked-out branch.</param>
/// <param name="HeadCommit">Its head.</param>
public sealed record Repository(string TopFolder, string GitFolder, string TargetBranch, string HeadCommit);
