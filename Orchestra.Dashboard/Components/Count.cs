using System.Globalization;

namespace Orchestra.Dashboard.Components;

/// <summary>A number of things, in words.</summary>
public static class Count
{
    public static string Of(int number, string one) => Of(number, one, $"{one}s");

    public static string Of(int number, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? one : many)}");
}
