namespace Orchestra.Core.Pipeline;

/// <summary>Why an agent that is to run does not run now.</summary>
/// <param name="Kind">One of <see cref="WaitKinds"/>.</param>
/// <param name="Reason">For people; the same as long as nothing has changed.</param>
/// <param name="Until">When to ask again at the latest.</param>
public sealed record AgentWait(string Kind, string Reason, DateTime Until);

public static class WaitKinds
{
    /// <summary>As many agents run as may.</summary>
    public const string Place = "place";

    /// <summary>The machine has too little disk or memory left.</summary>
    public const string Resources = "resources";

    /// <summary>The account may do no more until then.</summary>
    public const string Quota = "quota";

    /// <summary>A budget is used up, and a person has been asked for more.</summary>
    public const string Budget = "budget";
}

/// <summary>Names of the external events that an orchestration with an agent listens to.</summary>
public static class AgentEvents
{
    /// <summary>What the agent waited for may have come about.</summary>
    public const string Go = "agent-go";
}
