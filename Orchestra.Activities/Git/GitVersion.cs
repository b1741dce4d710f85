using System.Text.RegularExpressions;

namespace Orchestra.Activities.Git;

/// <summary>Whether the machine's git can do what merging needs, so that this is known before agents are paid.</summary>
public sealed partial class GitVersion(GitCli git)
{
    // The first whose merge-tree writes trees.
    private static readonly Version Least = new(2, 38);
    private bool suffices;

    /// <returns>What is wrong, with its remedy; null when nothing is.</returns>
    /// <exception cref="GitException">git cannot be started at all.</exception>
    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        if (suffices)
            return null;
        GitResult answer = await git.RunAsync(new GitCommand(Path.GetTempPath(), "--version"), cancellationToken);
        string? problem = ProblemOf(answer.Line);
        suffices = problem is null;
        return problem;
    }

    /// <param name="answer">Of <c>git --version</c>, to which distributors add words; one without a number is taken to suffice.</param>
    internal static string? ProblemOf(string answer) =>
        Number().Match(answer) is { Success: true } found && Version.Parse(found.Value) is var version && version < Least
            ? $"The host's git is {version}; merging needs {Least} or newer. Update git on the host."
            : null;

    [GeneratedRegex(@"\d+\.\d+")]
    private static partial Regex Number();
}
