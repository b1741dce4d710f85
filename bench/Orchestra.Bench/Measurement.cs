using System.Globalization;
using System.Text.Json.Serialization;
using Orchestra.Core;

namespace Orchestra.Bench;

/// <summary>One figure of a benchmark beside the one to beat.</summary>
/// <param name="Reference">The figure to beat, in the same unit; null where there is none.</param>
internal sealed record Measurement(string Bench, string Case, double Value, string Unit, double? Reference)
{
    /// <summary>Value over reference; below 1 ours is smaller.</summary>
    [JsonPropertyOrder(1)]
    public double? Ratio => Reference is { } reference ? Math.Round(Value / reference, 3) : null;
}

/// <summary>Prints measurements as they come: a table for people, or an object per line.</summary>
internal sealed class Reporter(TextWriter output, bool json)
{
    private bool _headed;

    public void Add(Measurement measurement)
    {
        if (json)
        {
            output.WriteLine(Json.Write(measurement with { Value = Math.Round(measurement.Value, 4), Reference = measurement.Reference is { } r ? Math.Round(r, 4) : null }));
            return;
        }

        if (!_headed)
            output.WriteLine(Row("case", "value", "unit", "reference", "ratio"));
        _headed = true;
        output.WriteLine(Row(measurement.Case, Number(measurement.Value), measurement.Unit, Number(measurement.Reference), Number(measurement.Ratio)));
    }

    private static string Row(string name, string value, string unit, string reference, string ratio) => $"{name,-52} {value,9} {unit,-4} {reference,9} {ratio,7}";

    private static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
}
