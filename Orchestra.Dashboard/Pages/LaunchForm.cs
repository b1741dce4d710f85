using Orchestra.Client;

namespace Orchestra.Dashboard.Pages;

/// <summary>What a person has typed into the launch page so far.</summary>
public sealed class LaunchForm
{
    public string ProjectName { get; set; } = "";
    public string RepoPath { get; set; } = "";
    public string? BuildCommand { get; set; }
    public string? TestCommand { get; set; }
    public string? ClientMode { get; set; }
    public string? Gates { get; set; }

    /// <summary>US dollars of all agents together; null: no limit.</summary>
    public decimal? MaxCostUsd { get; set; }
    public List<Agent> Agents { get; } = [new()];

    public void Take(TemplateView template)
    {
        ProjectName = template.Name;
        RepoPath = template.RepoPath;
        BuildCommand = template.BuildCommand;
        TestCommand = template.TestCommand;
        ClientMode = template.ClientMode;
        Agents.Clear();
        Agents.AddRange(template.Agents.Select(a => new Agent { Team = a.Team, Task = a.Task, ClientMode = a.ClientMode }));
    }

    /// <summary>A session's task once more.</summary>
    public void Take(SessionView session)
    {
        ProjectName = session.Title.Length > 200 ? session.Title[..200] : session.Title;
        RepoPath = session.RepoPath ?? "";
        Agents.Clear();
        Agents.Add(new Agent { Team = session.TeamName, Task = session.TaskDescription });
    }

    public LaunchRequest ToRequest() => new(
        ProjectName, RepoPath, BuildCommand, TestCommand,
        [.. Agents.Select(a => new LaunchAgent(a.Team, a.Task, ClientMode: Blank(a.ClientMode), TimeoutSeconds: a.TimeoutSeconds, MaxCostUsd: a.MaxCostUsd, MaxTurns: a.MaxTurns))],
        ClientMode: Blank(ClientMode), Gates: Blank(Gates), MaxCostUsd: MaxCostUsd);

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    public sealed class Agent
    {
        public string Team { get; set; } = "";
        public string Task { get; set; } = "";
        public string? ClientMode { get; set; }

        /// <summary>Null: what the team's configuration says.</summary>
        public int? TimeoutSeconds { get; set; }
        public decimal? MaxCostUsd { get; set; }
        public int? MaxTurns { get; set; }
    }
}
