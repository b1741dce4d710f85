using System.Text.RegularExpressions;

namespace Orchestra.DurableTask.Tests.Conformance;

/// <summary>
/// Holds the suite to the list of what the genuine engines do (statements.txt): a test bears the number of each, or a reason stands beside it.
/// S20 and S21 alone are the tables of those sections.
/// </summary>
public partial class StatementsTests
{
    private static readonly Dictionary<string, string?> Statements = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Conformance", "statements.txt"))
        .Select(line => line.Split("  ", 2))
        .ToDictionary(parts => parts[0], parts => parts.Length > 1 ? parts[1] : null);

    private static readonly HashSet<string> Tested = [.. typeof(StatementsTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Where(method => method.IsDefined(typeof(FactAttribute), inherit: true))
        .SelectMany(method => NumbersIn(method.Name))];

    [Fact]
    public void Every_statement_has_a_test_or_a_reason()
        => Assert.Empty(Statements.Where(statement => statement.Value is null && !Tested.Contains(statement.Key)).Select(statement => statement.Key));

    [Fact]
    public void Every_number_of_a_test_is_that_of_a_statement()
        => Assert.DoesNotContain(Tested, number => !number.StartsWith("S23", StringComparison.Ordinal) && !Statements.ContainsKey(number));

    [Fact]
    public void What_has_a_reason_has_no_test() => Assert.DoesNotContain(Statements, statement => statement.Value is not null && Tested.Contains(statement.Key));

    /// <summary>S09_06_and_07_What names two; S20_What names a section's table.</summary>
    private static IEnumerable<string> NumbersIn(string name)
    {
        foreach (Match match in Numbers().Matches(name))
        {
            string section = match.Groups["section"].Value;
            if (!match.Groups["number"].Success)
                yield return section;
            foreach (Capture number in match.Groups["number"].Captures)
                yield return $"{section}_{number.Value}";
        }
    }

    [GeneratedRegex(@"(?<![A-Za-z0-9])(?<section>S\d\d)(_(?<number>\d\db?)(_and(?=_\d\d_))?)*(?=_)")]
    private static partial Regex Numbers();
}
