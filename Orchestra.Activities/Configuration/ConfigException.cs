namespace Orchestra.Activities.Configuration;

/// <summary>One thing wrong in the configuration file.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Key">The path of the key, for example <c>teams.definitions.feature-dev.command</c>; empty for the whole file.</param>
/// <param name="Message">What is wrong and how to mend it.</param>
public sealed record ConfigProblem(int Line, string Key, string Message);

/// <summary>The configuration file cannot be used; carries every problem that was found, not only the first.</summary>
public sealed class ConfigException(string file, IReadOnlyList<ConfigProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems.Select(p => Describe(file, p))))
{
    public string File { get; } = file;

    public IReadOnlyList<ConfigProblem> Problems { get; } = problems;

    private static string Describe(string file, ConfigProblem problem) =>
        problem.Key.Length == 0 ? $"{file}:{problem.Line}: {problem.Message}" : $"{file}:{problem.Line}: {problem.Key}: {problem.Message}";
}
