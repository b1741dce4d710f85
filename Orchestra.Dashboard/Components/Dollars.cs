using System.Globalization;

namespace Orchestra.Dashboard.Components;

/// <summary>Costs: exact to the cent, below ten cents to the hundredth of one.</summary>
public static class Dollars
{
    public static string Text(decimal usd, bool estimated = false) =>
        (estimated ? "≈ $" : "$") + usd.ToString(usd is > 0 and < 0.1m ? "0.0000" : "0.00", CultureInfo.InvariantCulture);
}
