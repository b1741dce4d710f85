using System.Globalization;
using Orchestra.Client;
using Orchestra.Core.Pipeline;

namespace Orchestra.Cli.Output;

/// <summary>A project as text: state, agents, gates and the decisions that wait.</summary>
internal static class ProjectReport
{
    public static void Write(TextWriter output, ProjectView project)
    {
        output.WriteLine($"{project.ProjectName} ({project.ProjectId}): {project.Phase}");
        output.WriteLine($"repository  {project.RepoPath}");
        if (project.TargetBranch is { } target)
            output.WriteLine($"target      {Short(target)}{Landing(project)}");
        if (project.ErrorMessage is { } error)
            output.WriteLine($"error       {error}");
        if (project.Sessions.Count > 0)
        {
            output.WriteLine();
            Columns.Write(output, ["SESSION", "TEAM", "STATUS", "MERGE", "TASK"], project.Sessions.Select(s => new[]
            {
                s.SessionId, s.TeamName, s.Status, s.MergeResult ?? "", s.Title,
            }));
        }

        foreach (SessionView session in project.Sessions)
        {
            foreach (string remark in session.Remarks)
                output.WriteLine($"{session.SessionId}  {remark}");
        }

        if (project.FixAgents.Count > 0)
        {
            output.WriteLine();
            Columns.Write(output, ["FIX AGENT", "STATUS", "TASK"], project.FixAgents.Select(s => new[] { s.SessionId, s.Status, s.Title }));
        }

        WriteGates(output, project);
        foreach (DecisionView decision in project.Pending)
            WriteDecision(output, decision);
    }

    public static void WriteGates(TextWriter output, ProjectView project)
    {
        if (project.Gates.Count == 0)
            return;
        output.WriteLine();
        Columns.Write(output, ["GATE", "COMMIT", "RESULT", "SECONDS", "LAST LINE"], project.Gates.Select(g => new[]
        {
            g.Kind,
            ShortId(g.Commit),
            g.Success ? "passed" : $"failed ({(g.ExitCode is { } code ? $"exit {code}" : "no exit code")})",
            g.Seconds.ToString("0.00", CultureInfo.InvariantCulture),
            LastLine(g.OutputTail),
        }));
    }

    /// <summary>What is asked, what it is about, and how to answer.</summary>
    public static void WriteDecision(TextWriter output, DecisionView decision)
    {
        output.WriteLine();
        output.WriteLine($"Decision {decision.DecisionId} ({decision.DecisionType}): {FirstLine(decision.Description)}");
        output.WriteLine(decision.ProposedAction);
        foreach (string line in ContextLines(decision.Context))
            output.WriteLine($"    {line}");
        if (decision.ExpiresAt is { } expires)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Without an answer by {expires:u}: {decision.DefaultAction}."));
        output.WriteLine($"Answer: {string.Join(" | ", decision.Answers.Select(answer => Command(answer, decision.DecisionId)))}");
    }

    private static string Command(string answer, string id) =>
        DecisionAnswers.Usual.Contains(answer) ? $"orchestra {answer} {id}" : $"orchestra answer {id} {answer}";

    public static IEnumerable<string> ContextLines(DecisionContext context)
    {
        foreach (ConflictParty party in context.Parties ?? [])
            yield return $"{party.Side}: {party.Team} {ShortId(party.Commit)}: {FirstLine(party.Task)}";
        foreach (ConflictedFile file in context.Conflicts ?? [])
        {
            yield return file.Path;
            foreach (string line in file.Hunks.TrimEnd().Split('\n'))
                yield return line;
        }

        if (context.Budget is { } budget)
            yield return $"Allowed: {budget.Limit.InWords}. Used: {budget.Used.InWords}.";
        if (context.Mechanical is { } mechanical)
        {
            yield return "Proposed, with both sides' lines kept:";
            foreach (string line in mechanical.Diff.TrimEnd().Split('\n'))
                yield return line;
        }

        if (context.Command is { } command)
            yield return $"$ {command}{(context.ExitCode is { } code ? $"   (exit {code})" : "")}";
        if (context.OutputTail is { Length: > 0 } tail)
        {
            foreach (string line in tail.TrimEnd().Split('\n'))
                yield return line;
        }
    }

    private static string Landing(ProjectView project) => (project.LandedCommit, project.UnlandedCommit) switch
    {
        (null, _) => "",
        ({ } landed, null) => $", landed as {ShortId(landed)}",
        ({ } landed, { } undone) => $", landed as {ShortId(landed)}, taken back by {ShortId(undone)}",
    };

    public static string ShortId(string commit) => commit.Length > 10 ? commit[..10] : commit;

    public static string FirstLine(string text) => text.TrimStart().Split('\n')[0].TrimEnd();

    private static string LastLine(string? text) => (text ?? "").TrimEnd().Split('\n')[^1].Trim();

    private static string Short(string reference) => reference.StartsWith("refs/heads/", StringComparison.Ordinal) ? reference["refs/heads/".Length..] : reference;
}
