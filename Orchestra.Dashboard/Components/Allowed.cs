using Orchestra.Core.Pipeline;

namespace Orchestra.Dashboard.Components;

/// <summary>What a budget allows, in words behind what is used of it.</summary>
public static class Allowed
{
    /// <param name="budget">Null: everything, of which nothing is said.</param>
    public static string Text(Budget? budget) =>
        (budget?.MaxCostUsd is { } dollars ? $" of {Dollars.Text(dollars)} at most" : "") + (budget?.MaxTurns is { } turns ? $", {Count.Of(turns, "turn")} at most" : "");
}
