using Orchestra.Client;

namespace Orchestra.Dashboard.Workflows;

/// <summary>Something that can be done to an instance, with what is asked before.</summary>
/// <param name="Fits">The states in which it makes sense.</param>
public sealed record WorkflowAction(string Name, string Question, bool IsDanger, Func<string, bool> Fits)
{
    public static readonly WorkflowAction Raise = new("Raise event", "Send this event to the instance?", false, s => !WorkflowStatus.IsFinal(s));
    public static readonly WorkflowAction Suspend = new("Suspend", "Hold the instance until it is resumed? Activities that run go on.", false, s => !WorkflowStatus.IsFinal(s) && s != WorkflowStatus.Suspended);
    public static readonly WorkflowAction Resume = new("Resume", "Let the instance go on?", false, s => s == WorkflowStatus.Suspended);
    public static readonly WorkflowAction Terminate = new("Terminate", "End the instance now? It cannot go on afterwards, and what it began is not undone.", true, s => !WorkflowStatus.IsFinal(s));
    public static readonly WorkflowAction Rewind = new("Rewind", "Run again what failed, with everything before it kept?", false, s => s == WorkflowStatus.Failed);
    public static readonly WorkflowAction Restart = new("Restart", "Start over from the beginning, with the same input?", false, WorkflowStatus.IsFinal);
    public static readonly WorkflowAction Purge = new("Purge", "Delete the instance and its history for good?", true, WorkflowStatus.IsFinal);

    public static readonly IReadOnlyList<WorkflowAction> All = [Raise, Suspend, Resume, Rewind, Restart, Terminate, Purge];

    public bool TakesReason => this == Suspend || this == Resume || this == Terminate || this == Rewind;
}
