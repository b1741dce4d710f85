using System.CommandLine;
using System.Globalization;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands.Teams;

internal static class TeamShowCommand
{
    public static Command Create() => TeamCommand.OnSession(
        "show", "Shows a session and its teammates.", async (client, id, cancellationToken) => Write(await client.SessionAsync(id, cancellationToken)));

    public static void Write(SessionView session)
    {
        TextWriter output = Terminal.Out;
        output.WriteLine($"{session.Title} ({session.SessionId}): {session.Status}{(session.MergeResult is { } merge ? $", {merge}" : "")}");
        output.WriteLine($"team        {session.TeamName}{(session.ClientMode is { } mode ? $" ({mode})" : "")}");
        if (session.ProjectId is { } project)
            output.WriteLine($"project     {project}");
        output.WriteLine($"repository  {session.RepoPath}");
        output.WriteLine($"branch      {session.BranchName}");
        if (session.CostUsd is { } cost)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cost        {(session.CostEstimated == true ? "about " : "")}{cost:0.00##} USD"));
        if (session.Error is { } error)
            output.WriteLine($"error       {error}");
        foreach (string remark in session.Remarks)
            output.WriteLine($"note        {remark}");
        foreach (string file in session.FilesChanged)
            output.WriteLine($"changed     {file}");
        if (session.Tasks.Count > 0)
        {
            output.WriteLine();
            Columns.Write(output, ["TEAMMATE", "STATUS", "ROLE"], session.Tasks.Select(t => new[] { t.Teammate, t.Status, t.Role ?? "" }));
        }
    }
}
