using Orchestra.Client;

namespace Orchestra.Dashboard.Pages;

/// <summary>What a person has typed into the launch page so far.</summary>
public sealed class LaunchForm
{
    public string ProjectName { get; set; } = "";
    public string RepoPath { get; set; } = "";
    public string? BuildCommand { get; set; }
    public string? TestCommand { get; set; }
    public List<Agent> Agents { get; } = [new()];

    public void Take(TemplateView template)
    {
        ProjectName = template.Name;
        RepoPath = template.RepoPath;
        BuildCommand = template.BuildCommand;
        TestCommand = template.TestCommand;
        Agents.Clear();
        Agents.AddRange(template.Agents.Select(a => new Agent { Team = a.Team, Task = a.Task }));
    }

    public LaunchRequest ToRequest() =>
        new(ProjectName, RepoPath, BuildCommand, TestCommand, [.. Agents.Select(a => new LaunchAgent(a.Team, a.Task))]);

    public sealed class Agent
    {
        public string Team { get; set; } = "";
        public string Task { get; set; } = "";
    }
}
