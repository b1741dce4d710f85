namespace Orchestra.Core.Pipeline;

/// <summary>What the program that runs an <c>api</c> agent is told; the key comes by the environment.</summary>
/// <param name="MaxTurns">Most replies of the model in one session; 0: no limit.</param>
/// <param name="MaxBudgetUsd">Most US dollars of one session; 0: no limit.</param>
/// <param name="StallSeconds">A stream that is silent so long is broken off and asked for again.</param>
/// <param name="CommandTimeoutSeconds">Limit of one shell command.</param>
/// <param name="Price">Null: what the session costs is not known.</param>
public sealed record ApiAgentSettings(
    string Model,
    int MaxTokens,
    int MaxTurns,
    decimal MaxBudgetUsd,
    int MaxRetries,
    int StallSeconds,
    int CommandTimeoutSeconds,
    ApiPrice? Price);

/// <summary>US dollars per million tokens.</summary>
public sealed record ApiPrice(decimal Input, decimal Output, decimal CacheRead, decimal CacheWrite)
{
    private const decimal PerMillion = 1_000_000;

    /// <summary>US dollars of so many tokens.</summary>
    public decimal Of(long input, long output, long cacheRead, long cacheWrite) =>
        ((input * Input) + (output * Output) + (cacheRead * CacheRead) + (cacheWrite * CacheWrite)) / PerMillion;
}
