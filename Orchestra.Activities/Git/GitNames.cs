using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Orchestra.Activities.Git;

/// <summary>Checks of names that reach paths, refs and argument lists.</summary>
public static partial class GitNames
{
    /// <exception cref="ArgumentException">Not a full object id.</exception>
    public static string CommitId(string text) =>
        ObjectId().IsMatch(text) ? text : throw new ArgumentException($"'{text}' is not a commit id.", nameof(text));

    public static bool IsObjectId(string text) => ObjectId().IsMatch(text);

    /// <exception cref="ArgumentException">Could leave the folder or the ref namespace that it is put into.</exception>
    public static string WorkId(string text) =>
        Plain().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal)
            ? text
            : throw new ArgumentException($"'{text}' is not an id.", nameof(text));

    /// <summary>The full name of a branch given by its full or short name.</summary>
    public static string FullBranch(string branch) =>
        branch.StartsWith("refs/heads/", StringComparison.Ordinal) ? branch : $"refs/heads/{branch}";

    [return: NotNullIfNotNull(nameof(branch))]
    public static string? ShortBranch(string? branch) =>
        branch?.StartsWith("refs/heads/", StringComparison.Ordinal) == true ? branch["refs/heads/".Length..] : branch;

    [GeneratedRegex(@"\A[0-9a-f]{40}(?:[0-9a-f]{24})?\z")]
    private static partial Regex ObjectId();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*\z")]
    private static partial Regex Plain();
}
