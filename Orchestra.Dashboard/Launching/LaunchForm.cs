using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Orchestra.Client;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Dashboard.Launching;

/// <summary>What a person has typed into the launch page so far.</summary>
public sealed partial class LaunchForm
{
    private const int LongestName = 200;
    private const int MostTurns = 1_000_000;
    private static readonly string[] Names =
        ["project_name", "repo_path", "build_command", "test_command", "fix_command", "client_mode", "gates", "max_cost_usd", "max_turns"];

    private readonly List<AgentFields> agents = [];

    public LaunchForm()
    {
        Fields = new FormFields(Told) { ["nonce"] = Guid.NewGuid().ToString("N") };
        Add();
    }

    /// <summary>A text is another one, or an agent came or went.</summary>
    public event Action? Changed;

    public FormFields Fields { get; }

    public IReadOnlyList<AgentFields> Agents => agents;

    public bool HasErrors => Fields.HasErrors || Agents.Any(a => a.Fields.HasErrors);

    public void Take(LaunchRequest launch)
    {
        Fields["project_name"] = launch.ProjectName;
        Fields["repo_path"] = launch.RepoPath;
        Fields.Set("build_command", launch.BuildCommand);
        Fields.Set("test_command", launch.TestCommand);
        Fields.Set("fix_command", launch.FixCommand);
        Fields.Set("client_mode", launch.ClientMode);
        Fields.Set("gates", launch.Gates);
        Fields.Set("max_cost_usd", launch.MaxCostUsd);
        Fields.Set("max_turns", launch.MaxTurns);
        agents.Clear();
        foreach (LaunchAgent agent in launch.Agents)
            Add().Take(agent);
    }

    public AgentFields Add()
    {
        var agent = new AgentFields(Told);
        agents.Add(agent);
        Told();
        return agent;
    }

    /// <returns>Where it was.</returns>
    public int Remove(AgentFields agent)
    {
        int index = agents.IndexOf(agent);
        agents.RemoveAt(index);
        Told();
        return index;
    }

    /// <summary>A session's task once more, done in the same way; a command of its own is known to nobody any more.</summary>
    public void Take(SessionView session) => Take(new LaunchRequest(
        session.Title.Length > LongestName ? session.Title[..LongestName] : session.Title, session.RepoPath ?? "", null, null,
        [
            new LaunchAgent(
                session.TeamName, session.TaskDescription, ClientMode: session.ClientMode == ClientModes.Command ? null : session.ClientMode,
                MaxCostUsd: session.Budget?.MaxCostUsd, MaxTurns: session.Budget?.MaxTurns),
        ]));

    /// <summary>Agents for the texts that the browser kept, by their fields' paths, and puts back itself: it is the same launch as before.</summary>
    public void MakeRoom(IReadOnlyDictionary<string, string> kept)
    {
        Fields["nonce"] = kept.GetValueOrDefault("nonce", Fields["nonce"]);
        foreach (Match match in kept.Keys.Select(path => AgentPath().Match(path)).Where(m => m.Success))
        {
            while (Agents.Count <= int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))
                Add();
        }
    }

    /// <summary>The launch to be sent; null when something cannot be sent: what, is at the fields.</summary>
    public LaunchRequest? Read()
    {
        ClearErrors();
        Fields.Require("project_name", "Give the project a name.");
        if (Fields["project_name"].Length > LongestName)
            Fields.Refuse("project_name", $"At most {LongestName} characters.");
        Fields.Require("repo_path", "Say which repository, by the absolute path of its folder on the host.");
        var launch = new LaunchRequest(
            Fields["project_name"], Fields["repo_path"], Fields.Text("build_command"), Fields.Text("test_command"), [.. Agents.Select(a => a.Read())],
            Fields.Command("fix_command"), Fields.Text("client_mode"), Fields.Text("gates"), Fields.Dollars("max_cost_usd"), Fields.Whole("max_turns", MostTurns));
        return HasErrors ? null : launch;
    }

    /// <summary>Shows what the API refused at its fields.</summary>
    /// <returns>What belongs to no field.</returns>
    public string? Take(ApiError refusal)
    {
        ClearErrors();
        List<FieldError> rest = [.. refusal.Fields.Where(e => !Take(e))];
        return rest.Count > 0 ? string.Join('\n', rest) : HasErrors ? null : refusal.Message;
    }

    /// <summary>The same for the same launch of the same form: sent again after a lost answer, it launches nothing more.</summary>
    public string KeyOf(LaunchRequest launch) =>
        $"{Fields["nonce"]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Json.Write(launch))))}";

    private void Told() => Changed?.Invoke();

    private void ClearErrors()
    {
        Fields.ClearErrors();
        foreach (AgentFields agent in Agents)
            agent.Fields.ClearErrors();
    }

    private bool Take(FieldError error)
    {
        Match match = AgentPath().Match(error.Field);
        if (!match.Success)
            return Fields.Take(error, Names);
        int index = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        return index < Agents.Count && Agents[index].Fields.Take(error with { Field = match.Groups[2].Value }, AgentFields.Names);
    }

    [GeneratedRegex(@"^agents\[(\d{1,3})\]\.(.+)$")]
    private static partial Regex AgentPath();
}
