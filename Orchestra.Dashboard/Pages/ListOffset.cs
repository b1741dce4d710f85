using System.Globalization;
using Orchestra.Client;

namespace Orchestra.Dashboard.Pages;

/// <summary>Where the shown part of a list begins, as an address says it. Read by us, since what the framework says of a wrong one helps nobody.</summary>
internal static class ListOffset
{
    /// <exception cref="ApiError">It is no number; says what to do.</exception>
    public static int Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return 0;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int offset)
            ? offset
            : throw new ApiError($"offset: '{Components.PlainText.Of(text)}' is no place in this list. Give a whole number, such as 50, or leave it out of the address for the newest.");
    }
}
