using System.Globalization;
using System.Text;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.State;

/// <summary>
/// What single sessions and rounds of the orchestrator came to, as files for other programs: <c>teams-ID.json</c>, and <c>results-TIME.json</c> with
/// <c>summary-TIME.txt</c>. Written whole and the same however often.
/// </summary>
public sealed class ResultFiles(DataFolder data, OrchestraConfig config)
{
    /// <summary>The name of the file of a session of its own.</summary>
    public static string NameOf(string sessionId) => $"teams-{sessionId}.json";

    /// <returns>The name of the file in the outputs folder.</returns>
    public string Write(SessionRecord session, IReadOnlyList<AgentResult> results)
    {
        Directory.CreateDirectory(data.Outputs);
        if (session.OrchestratorMode is null)
        {
            string name = NameOf(session.SessionId);
            Put(name, Json.Write(new
            {
                session.SessionId, session.TeamName, session.Status, session.ExitCode, Output = results.LastOrDefault()?.Output, session.Error, session.CompletedAt, Results = results,
            }));
            return name;
        }

        string time = session.SessionId[..session.SessionId.LastIndexOf('-')];
        Put($"summary-{time}.txt", Summary(session, results));
        // A team's round is named after its session, the modes' after their time.
        string file = config.Teams.Definitions.ContainsKey(session.OrchestratorMode) ? NameOf(session.SessionId) : $"results-{time}.json";
        Put(file, Json.Write(new
        {
            Timestamp = session.CompletedAt, Mode = session.OrchestratorMode, GlobalClientMode = config.Client.DefaultMode, session.SessionId, Results = results,
        }));
        return file;
    }

    private string Summary(SessionRecord session, IReadOnlyList<AgentResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Agent Orchestra\n{new string('=', 50)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Timestamp: {session.CompletedAt:yyyy-MM-ddTHH:mm:ssZ}\nMode: {session.OrchestratorMode}\nGlobal Client: {config.Client.DefaultMode}\nParallel: false");
        text.AppendLine(CultureInfo.InvariantCulture, $"Total Agents: {results.Count}\nSuccessful: {results.Count(r => r.Status == "success")}\nFailed: {results.Count(r => r.Status != "success")}");
        foreach (AgentResult r in results)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"\n{new string('─', 50)}\nAgent: {r.Agent}\nStatus: {r.Status}\nClient: {r.ClientMode}");
            text.AppendLine(r.Status == "success" ? $"Output:\n{r.Output}" : $"Error:\n{r.Error ?? r.Output}");
        }

        return text.ToString();
    }

    private void Put(string name, string content)
    {
        string file = Path.Combine(data.Outputs, name);
        File.WriteAllText(file + ".tmp", content);
        File.Move(file + ".tmp", file, overwrite: true);
    }
}

/// <summary>What one agent came to.</summary>
/// <param name="Status">success or failed.</param>
/// <param name="Outcome">The status of its session or task.</param>
public sealed record AgentResult(
    string SessionId, string Agent, string Status, string Outcome, string? Output, string? Error, string? ClientMode, DateTime? Timestamp, decimal? CostUsd)
{
    /// <summary>One per run: a session, or each teammate of a sequence.</summary>
    /// <param name="output">The end of what the session printed.</param>
    public static IReadOnlyList<AgentResult> Of(SessionRecord s, string? output) => s.Tasks.Count == 0
        ? [Of(s.SessionId, s.TeamName, s.Status, output, s.Error, s.ClientMode, s.CompletedAt, s.Usage)]
        : [.. s.Tasks.Select(t => Of(s.SessionId, t.Teammate, t.Status, t.Output, t.Error, t.ClientMode ?? s.ClientMode, t.CompletedAt, t.Usage))];

    private static AgentResult Of(
        string sessionId, string agent, string outcome, string? output, string? error, string? clientMode, DateTime? at, RunUsage? usage) =>
        new(sessionId, agent, Outcomes.IsSuccess(outcome) ? "success" : "failed", outcome, output, error, clientMode, at, usage?.CostUsd);
}
