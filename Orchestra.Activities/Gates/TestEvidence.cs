using System.Text.RegularExpressions;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Gates;

/// <summary>
/// Whether a test command that passed has tested anything. Runners say so in words of their own; what says neither is believed, unless a
/// pattern is configured that must occur.
/// </summary>
internal sealed partial class TestEvidence(DataFolder data)
{
    // A run of many projects says "no tests" of some and counts of others, so the end alone is not enough.
    private const int LongestOutput = 4 * 1024 * 1024;

    public RunResult Judge(GateInput gate, RunResult result)
    {
        if (result.Status != RunStatus.Completed || gate.Kind != "test" || (!gate.RequireTests && gate.TestsRanPattern is null))
            return result;
        string output = OutputTail.Read(new RunFolder(data.Run(gate.RunId)).OutputFile, LongestOutput);
        string? objection = gate.TestsRanPattern is { } pattern
            ? Regex.IsMatch(output, pattern, RegexOptions.Multiline, TimeSpan.FromSeconds(5)) ? null : $"its output does not match {pattern}"
            : RanNone(output);
        return objection is null ? result : result with { Status = RunStatus.Failed, Error = $"The command passed, but it seems to have run no test: {objection}." };
    }

    /// <returns>The words that say that no test was run, or null.</returns>
    public static string? RanNone(string output)
    {
        Match none = None().Match(output);
        return none.Success && !Some().IsMatch(output) ? $"'{none.Value.Trim()}'" : null;
    }

    // dotnet test, pytest, jest and vitest, go, cargo, mocha, TAP (node --test), Maven and Gradle, PHPUnit, RSpec, unittest, CTest.
    [GeneratedRegex(
        @"No test is available|No test matches the given|Total tests: 0\b|Zero tests ran|collected 0 items|no tests ran|No tests? (?:files )?found|\[no test files\]|no tests to run"
        + @"|running 0 tests|^\s*0 passing|^# tests 0\b|^ℹ tests 0\b|Tests run: 0\b|No tests executed|\b0 examples\b|Ran 0 tests|No tests were found",
        RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex None();

    [GeneratedRegex(
        @"Passed:\s*[1-9]|Total tests: [1-9]|total:\s*[1-9]|\b[1-9]\d* passed|Tests:\s+[1-9]|^ok\s+\S+\s+(?!.*no tests to run)[\d(]|running [1-9]\d* tests?|^\s*[1-9]\d* passing"
        + @"|^# tests [1-9]|^ℹ tests [1-9]|Tests run: [1-9]|OK \([1-9]|\b[1-9]\d* examples?\b|Ran [1-9]\d* tests?|tests failed out of [1-9]",
        RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Some();
}
