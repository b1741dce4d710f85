namespace Orchestra.Core.Pipeline;

/// <summary>Names of the external events that a project's orchestration listens to.</summary>
public static class ProjectEvents
{
    public const string Cancel = "cancel";

    public static string Decision(string decisionId) => $"decision-{decisionId}";
}
