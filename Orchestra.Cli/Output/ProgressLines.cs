using Orchestra.Client;

namespace Orchestra.Cli.Output;

/// <summary>Progress as plain lines, one per change; for pipes, logs and <c>launch --wait</c>.</summary>
/// <param name="sayHowToAnswer">Whether a decision that waits is followed by the command that answers it.</param>
internal sealed class ProgressLines(TextWriter output, bool sayHowToAnswer)
{
    private readonly Dictionary<string, string> _last = [];

    public void Show(ProjectView project)
    {
        foreach (SessionView session in project.Sessions)
        {
            string who = $"agent    {session.TeamName}: {session.Title}";
            Say($"session {session.SessionId}", session.WaitingFor?.Reason ?? session.Status, $"{who}: {(session.WaitingFor is { } wait ? $"waits: {wait.Reason}" : session.Status)}");
            Say($"merge {session.SessionId}", session.MergeResult, $"{who}: {session.MergeResult?.Replace('_', ' ')}");
        }

        for (int index = 0; index < project.Gates.Count; index++)
        {
            Core.Pipeline.GateRecord gate = project.Gates[index];
            string result = gate.Success ? "passed" : "failed";
            Say($"gate {index}", result, $"{gate.Kind,-8} {ProjectReport.ShortId(gate.Commit)} {result}");
        }

        foreach (DecisionView decision in project.Decisions)
        {
            string how = decision.Status == "pending" ? $"waits: {ProjectReport.FirstLine(decision.Description)}" : decision.Status;
            Say($"decision {decision.DecisionId}", decision.Status, $"decision {decision.DecisionType}: {how}");
            if (sayHowToAnswer && decision.Status == "pending")
                Say($"answer {decision.DecisionId}", decision.Status, $"answer with: orchestra approve {decision.DecisionId} | orchestra reject {decision.DecisionId}");
        }

        Say("phase", project.Phase, $"phase    {project.Phase}");
    }

    private void Say(string key, string? state, string line)
    {
        if (string.IsNullOrEmpty(state) || (_last.TryGetValue(key, out string? known) && known == state))
            return;
        _last[key] = state;
        output.WriteLine(line);
    }
}
