namespace Orchestra.Core;

/// <summary>The names under which orchestrators call activities; each is the <c>[Function]</c> name of one method in Orchestra.Activities.</summary>
public static class ActivityNames
{
    public const string PrepareProject = nameof(PrepareProject);
    public const string ResumeIntegration = nameof(ResumeIntegration);
    public const string RevertLanding = nameof(RevertLanding);
    public const string CreateWorktree = nameof(CreateWorktree);
    public const string RunAgent = nameof(RunAgent);
    public const string CommitWork = nameof(CommitWork);
    public const string PlanMerges = nameof(PlanMerges);
    public const string MergeBranch = nameof(MergeBranch);
    public const string ResolveMechanically = nameof(ResolveMechanically);
    public const string ReadMergePolicy = nameof(ReadMergePolicy);
    public const string Regenerate = nameof(Regenerate);
    public const string RetractIntegration = nameof(RetractIntegration);
    public const string AdvanceIntegration = nameof(AdvanceIntegration);
    public const string LayOutConflict = nameof(LayOutConflict);
    public const string ConcludeConflict = nameof(ConcludeConflict);
    public const string LayOutFix = nameof(LayOutFix);
    public const string ConcludeFix = nameof(ConcludeFix);
    public const string RunGate = nameof(RunGate);
    public const string Land = nameof(Land);
    public const string KeepWork = nameof(KeepWork);
    public const string CleanUp = nameof(CleanUp);
    public const string SaveProject = nameof(SaveProject);
    public const string SavePlan = nameof(SavePlan);
    public const string SaveSession = nameof(SaveSession);
    public const string OpenDecision = nameof(OpenDecision);
    public const string CloseDecisions = nameof(CloseDecisions);
    public const string EndRuns = nameof(EndRuns);
    public const string EndSession = nameof(EndSession);
}
