using System.Globalization;
using System.Text.Json.Serialization;

namespace Orchestra.Core.Pipeline;

/// <summary>What an agent or a project may use. Holds for clients that tell what they use.</summary>
/// <param name="MaxCostUsd">US dollars; null: no limit.</param>
/// <param name="MaxTurns">Replies of models; null: no limit.</param>
public sealed record Budget(decimal? MaxCostUsd, int? MaxTurns)
{
    /// <summary>Null when there is no limit at all.</summary>
    public static Budget? Of(decimal? maxCostUsd, int? maxTurns) => maxCostUsd is null && maxTurns is null ? null : new Budget(maxCostUsd, maxTurns);

    /// <summary>Why nothing more may be begun, or what goes on must end; null while there is something left.</summary>
    /// <param name="whose">For example <c>agent</c>.</param>
    /// <param name="begins">Whether something is to begin: the last turn may be taken, but not one more begun.</param>
    public string? ExceededBy(SpentRun spent, string whose, bool begins) =>
        MaxCostUsd is { } dollars && spent.CostUsd >= dollars
            ? string.Create(CultureInfo.InvariantCulture, $"The {whose}'s budget of ${dollars} is used up (${spent.CostUsd:0.####}).")
        : MaxTurns is { } turns && (begins ? spent.Turns >= turns : spent.Turns > turns)
            ? string.Create(CultureInfo.InvariantCulture, $"The {whose}'s budget of {turns} turns is used up.")
        : null;

    /// <summary>As much again as was planned, of what is used up; of both when neither is.</summary>
    public Budget Raised(Budget planned, SpentRun spent)
    {
        bool dollars = spent.CostUsd >= MaxCostUsd;
        bool turns = spent.Turns >= MaxTurns;
        bool both = !dollars && !turns;
        return new Budget(
            MaxCostUsd is { } cost && (dollars || both) ? Math.Ceiling((Math.Max(cost, spent.CostUsd) + (planned.MaxCostUsd ?? cost)) * 100) / 100 : MaxCostUsd,
            MaxTurns is { } most && (turns || both) ? Math.Max(most, spent.Turns) + (planned.MaxTurns ?? most) : MaxTurns);
    }

    [JsonIgnore]
    public string InWords => string.Join(" and ", new[]
    {
        MaxCostUsd is { } dollars ? string.Create(CultureInfo.InvariantCulture, $"${dollars:0.####}") : null,
        MaxTurns is { } turns ? string.Create(CultureInfo.InvariantCulture, $"{turns} {(turns == 1 ? "turn" : "turns")}") : null,
    }.OfType<string>());

    /// <summary>The lower of two limits, of which 0 and null are none; 0 when there is none.</summary>
    public static int Lower(int one, int? other) => one > 0 && other > 0 ? Math.Min(one, other.Value) : Math.Max(one, other ?? 0);

    /// <inheritdoc cref="Lower(int, int?)"/>
    public static decimal Lower(decimal one, decimal? other) => one > 0 && other > 0 ? Math.Min(one, other.Value) : Math.Max(one, other ?? 0);
}

/// <summary>What one run has used.</summary>
public sealed record SpentRun(string SessionId, decimal CostUsd, int Turns);
