using System.Globalization;

namespace Orchestra.Dashboard.Components;

/// <summary>US dollars as people read them.</summary>
public static class Money
{
    /// <param name="estimated">Whether it is no exact figure.</param>
    public static string Text(decimal usd, bool? estimated = false) =>
        (estimated == true ? "≈ " : "") + "$" + usd.ToString(usd is > 0 and < 0.1m ? "0.0000" : "0.00", CultureInfo.InvariantCulture);
}
