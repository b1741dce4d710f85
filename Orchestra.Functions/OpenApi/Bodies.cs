using System.ComponentModel;

namespace Orchestra.Functions.OpenApi;

// The JSON of requests, for the document only: reading is done field by field, so that errors name the field.

public sealed record LaunchBody
{
    public required string ProjectName { get; init; }

    [Description("The repository's folder on the host's machine.")]
    public required string RepoPath { get; init; }

    [Description("Run by /bin/sh at the merged commit; only exit code 0 passes.")]
    public string? BuildCommand { get; init; }

    public string? TestCommand { get; init; }
    public required IReadOnlyList<LaunchAgentBody> Agents { get; init; }

    [Description("The agent that resolves conflicts and mends failed gates.")]
    public CommandBody? FixCommand { get; init; }

    public string? ClientMode { get; init; }

    [Description("US dollars; what reaches it ends as budget_exceeded.")]
    public decimal? MaxCostUsd { get; init; }

    [Description("Replies of the model.")]
    public int? MaxTurns { get; init; }

    [Description("each: after every merge; batch: once after all.")]
    public string? Gates { get; init; }
}

public sealed record LaunchAgentBody
{
    public required string Team { get; init; }
    public required string Task { get; init; }
    public CommandBody? Command { get; init; }
    public int? TimeoutSeconds { get; init; }
    public string? ClientMode { get; init; }

    [Description("US dollars; what reaches it ends as budget_exceeded.")]
    public decimal? MaxCostUsd { get; init; }

    [Description("Replies of the model.")]
    public int? MaxTurns { get; init; }
}

public sealed record CommandBody
{
    [Description("Program and arguments; no shell reads them. The prompt goes to standard input, or in place of {prompt}.")]
    public required IReadOnlyList<string> Argv { get; init; }

    public IReadOnlyDictionary<string, string>? Environment { get; init; }
}

public sealed record SessionBody
{
    public required string TeamName { get; init; }
    public required string TaskDescription { get; init; }

    [Description("The repository's folder; without it, the one that the host was started in.")]
    public string? RepoPath { get; init; }

    public CommandBody? Command { get; init; }
    public int? TimeoutSeconds { get; init; }
    public string? ClientMode { get; init; }

    [Description("US dollars; what reaches it ends as budget_exceeded.")]
    public decimal? MaxCostUsd { get; init; }

    [Description("Replies of the model.")]
    public int? MaxTurns { get; init; }
}

public sealed record ResolveBody
{
    [Description("One of the decision's answers, usually approve or reject.")]
    public required string Action { get; init; }

    [Description("Reaches the agent.")]
    public string? Comment { get; init; }

    [Description("For approving a decision about a budget: what may be used from now on, in all. Without it, what the decision proposes.")]
    public decimal? MaxCostUsd { get; init; }

    [Description("The same in replies of models.")]
    public int? MaxTurns { get; init; }
}

public sealed record RetryBody
{
    [Description("In place of the project's; empty for none.")]
    public string? BuildCommand { get; init; }

    public string? TestCommand { get; init; }
    public CommandBody? FixCommand { get; init; }

    [Description("Names of branches that are to be merged like agents' own.")]
    public IReadOnlyList<string>? Branches { get; init; }

    [Description("Agents that are run besides those that have ended.")]
    public IReadOnlyList<LaunchAgentBody>? Agents { get; init; }

    [Description("Of the added agents, and of those that resolve conflicts and mend gates.")]
    public string? ClientMode { get; init; }

    [Description("What all agents of the project may use from now on, what they have used already included.")]
    public decimal? MaxCostUsd { get; init; }
    public int? MaxTurns { get; init; }
}

public sealed record PushBody
{
    public string? Remote { get; init; }
    public string? Branch { get; init; }

    [Description("Run the configured command that asks for a pull request.")]
    public bool? PullRequest { get; init; }
}

public sealed record EmptyBody;
