using Orchestra.Core;

namespace Orchestra.Activities.Git;

/// <summary>Whether agents can work on a repository; what is wrong is said together with its remedy.</summary>
public sealed class RepositoryInspector(GitCli git, GitVersion version, GitPlumbing plumbing, AllowedRoots roots)
{
    private const string Field = "repo_path";

    /// <exception cref="InputProblem">The path is not a repository with a branch, a commit and no operation in progress.</exception>
    public async Task<Repository> InspectAsync(string? path, CancellationToken cancellationToken)
    {
        string folder = CheckPath(path);
        if (await version.FindProblemAsync(cancellationToken) is { } old)
            throw new InputProblem("git", old, 503);
        roots.Check(Field, folder);
        (bool bare, string gitFolder, string top) = await LocateAsync(folder, cancellationToken);
        // What is written to lies there, which a file named .git may have set to anywhere.
        roots.Check(Field, top);
        roots.Check(Field, gitFolder);
        if (GitOperation.InProgress(gitFolder) is { } operation)
            throw Problem($"In {top} {operation}, then launch again.");

        string? branch = await BranchAsync(folder, cancellationToken);
        string? head = await plumbing.ResolveAsync(folder, "HEAD^{commit}", cancellationToken);
        if (head is null)
        {
            throw Problem(bare
                ? $"{top} is a bare repository whose HEAD names no existing branch; set it with 'git symbolic-ref HEAD refs/heads/<branch>'."
                : $"{top} has no commit yet; make a first one with 'git commit', so that agents have something to start from.");
        }

        if (branch is null || !branch.StartsWith("refs/heads/", StringComparison.Ordinal))
            throw Problem($"{top} has a detached HEAD, so the branch to land on is unknown; check out a branch with 'git switch <branch>'.");
        return new Repository(top, gitFolder, branch, head);
    }

    private static string CheckPath(string? path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw Problem("Give the absolute path of a git repository.");
        if (path.AsSpan().ContainsAny('\n', '\r', '\0'))
            throw Problem("The path contains a line break or a NUL character; rename the folder.");
        if (path.StartsWith('-'))
            throw Problem($"'{path}' looks like an option; give the absolute path of a git repository.");
        if (!Path.IsPathFullyQualified(path))
            throw Problem($"'{path}' is relative; give the absolute path of a git repository.");
        if (File.Exists(path))
            throw Problem($"{path} is a file; give the folder of a git repository.");
        return Directory.Exists(path) ? path : throw Problem($"{path} does not exist; create or clone the repository first.");
    }

    private async Task<(bool Bare, string GitFolder, string Top)> LocateAsync(string folder, CancellationToken cancellationToken)
    {
        GitResult located = await git.RunAsync(
            new GitCommand(folder, "rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--absolute-git-dir") { ExitCodes = [0, 128] },
            cancellationToken);
        if (located.ExitCode != 0)
        {
            throw Problem(located.Error.Contains("dubious ownership", StringComparison.Ordinal)
                ? $"{folder} belongs to another user, so git refuses to use it; run Agent Orchestra as its owner or change the owner."
                : $"{folder} is not a git repository; run 'git init' and make a first commit, or give another folder.");
        }

        string[] lines = located.Text.Split('\n');
        bool bare = lines[0] == "true";
        if (bare)
            return (true, lines[2], lines[2]);
        if (lines[1] != "true")
            throw Problem($"{folder} is inside a git folder; give the folder that contains the work tree.");
        GitResult top = await git.RunAsync(new GitCommand(folder, "rev-parse", "--show-toplevel"), cancellationToken);
        return (false, lines[2], top.Line);
    }

    private async Task<string?> BranchAsync(string folder, CancellationToken cancellationToken)
    {
        GitResult result = await git.RunAsync(new GitCommand(folder, "symbolic-ref", "-q", "HEAD") { ExitCodes = [0, 1] }, cancellationToken);
        return result.ExitCode == 0 ? result.Line : null;
    }

    private static InputProblem Problem(string message) => new(Field, message);
}
