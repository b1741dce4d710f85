using System.Globalization;
using System.Text;

namespace Orchestra.Activities.Git;

/// <summary>The plumbing that the other classes are made of: commit ids in, commit ids out.</summary>
public sealed class GitPlumbing(GitCli git)
{
    /// <summary>The object id of a revision, or null when there is none.</summary>
    public async Task<string?> ResolveAsync(string directory, string revision, CancellationToken cancellationToken)
    {
        GitResult result = await git.RunAsync(
            new GitCommand(directory, "rev-parse", "-q", "--verify", "--end-of-options", revision) { ExitCodes = [0, 1] }, cancellationToken);
        return result.ExitCode == 0 ? result.Line : null;
    }

    /// <summary>Where objects, refs and the worktrees' administration live.</summary>
    public async Task<string> CommonFolderAsync(string repoPath, CancellationToken cancellationToken)
    {
        GitResult result = await git.RunAsync(
            new GitCommand(repoPath, "rev-parse", "--path-format=absolute", "--git-common-dir"), cancellationToken);
        return result.Line;
    }

    public async Task<bool> IsAncestorAsync(string repoPath, string ancestor, string descendant, CancellationToken cancellationToken)
    {
        if (ancestor == descendant)
            return true;
        GitResult result = await git.RunAsync(
            new GitCommand(repoPath, "merge-base", "--is-ancestor", ancestor, descendant) { ExitCodes = [0, 1] }, cancellationToken);
        return result.ExitCode == 0;
    }

    /// <summary>Paths that differ between two commits or trees.</summary>
    public async Task<IReadOnlyList<string>> ChangedPathsAsync(string repoPath, string from, string to, CancellationToken cancellationToken)
    {
        GitResult result = await git.RunAsync(
            new GitCommand(repoPath, "diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to, "--"), cancellationToken);
        return result.Fields;
    }

    /// <summary>Per commit the paths in which it differs from one other, by one process for all.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<string>>> ChangedPathsAsync(
        string repoPath, string from, IReadOnlyList<string> commits, CancellationToken cancellationToken)
    {
        if (commits.Count == 0)
            return [];
        GitResult result = await git.RunAsync(
            new GitCommand(repoPath, "diff-tree", "--stdin", "--always", "-r", "-z", "--name-only", "--no-renames")
            {
                Input = Encoding.ASCII.GetBytes(string.Concat(commits.Select(commit => $"{commit} {from}\n"))), // "from" in the place of its parent
            },
            cancellationToken);

        // Each commit's id, then its paths.
        string[] fields = result.Fields;
        var changed = new List<IReadOnlyList<string>>(commits.Count);
        int at = 0;
        for (int index = 0; index < commits.Count; index++)
        {
            if (at >= fields.Length || fields[at] != commits[index])
                throw new GitException("git diff-tree --stdin", result.ExitCode, $"no answer for {commits[index]}: {result.Error}");
            int next = index + 1 < commits.Count ? Array.IndexOf(fields, commits[index + 1], at + 1) : fields.Length;
            changed.Add(next < 0 ? [] : fields[(at + 1)..next]);
            at = next < 0 ? fields.Length : next;
        }

        return changed;
    }

    /// <summary>Writes a commit whose id depends on the arguments alone.</summary>
    /// <param name="author">Null: we ourselves.</param>
    public async Task<string> CommitTreeAsync(
        string repoPath, string tree, IReadOnlyList<string> parents, string message, DateTime date, CancellationToken cancellationToken,
        (string Name, string Email)? author = null)
    {
        string stamp = Stamp(date);
        (string name, string email) = author ?? (GitCli.AuthorName, GitCli.AuthorEmail);
        GitResult result = await git.RunAsync(
            new GitCommand(repoPath, ["commit-tree", tree, .. parents.SelectMany(parent => new[] { "-p", parent }), "-F", "-"])
            {
                Input = Encoding.UTF8.GetBytes(message),
                Environment = new Dictionary<string, string>
                {
                    ["GIT_AUTHOR_DATE"] = stamp, ["GIT_COMMITTER_DATE"] = stamp, ["GIT_AUTHOR_NAME"] = name, ["GIT_AUTHOR_EMAIL"] = email,
                },
            },
            cancellationToken);
        return result.Line;
    }

    /// <summary>Compare-and-swap of a ref; a ref that already is the new commit, or has gone on from it, is the effect of an earlier run.</summary>
    /// <param name="from">The expected value; null when the ref must not exist yet.</param>
    /// <exception cref="GitException">The ref is somewhere else.</exception>
    public async Task MoveRefAsync(string repoPath, string name, string? from, string to, string reason, CancellationToken cancellationToken)
    {
        if (from == to)
            return;
        var command = new GitCommand(repoPath, "update-ref", "--create-reflog", "-m", reason, name, to, from ?? new string('0', to.Length))
        {
            ExitCodes = [0, 1, 128],
        };
        GitResult result = await git.RunAsync(command, cancellationToken);
        if (result.ExitCode == 0)
            return;
        string? current = await ResolveAsync(repoPath, name, cancellationToken);
        if (current is null || !await IsAncestorAsync(repoPath, to, current, cancellationToken))
            throw new GitException(command.ToString(), result.ExitCode, $"{result.Error} ({name} is at {current ?? "nothing"})");
    }

    /// <summary>Compare-and-swap of a ref to one of its ancestors; a ref that is there already is the effect of an earlier run.</summary>
    /// <exception cref="GitException">The ref is somewhere else.</exception>
    public async Task MoveRefBackAsync(string repoPath, string name, string from, string to, string reason, CancellationToken cancellationToken)
    {
        if (await ResolveAsync(repoPath, name, cancellationToken) == to)
            return;
        if (!await IsAncestorAsync(repoPath, to, from, cancellationToken))
            throw new GitException($"git update-ref {name} {to} {from}", null, $"{to} is no ancestor of {from}");
        await git.RunAsync(new GitCommand(repoPath, "update-ref", "--create-reflog", "-m", reason, name, to, from), cancellationToken);
    }

    private static string Stamp(DateTime date)
    {
        DateTime utc = date.Kind == DateTimeKind.Local ? date.ToUniversalTime() : DateTime.SpecifyKind(date, DateTimeKind.Utc);
        return string.Create(CultureInfo.InvariantCulture, $"@{new DateTimeOffset(utc).ToUnixTimeSeconds()} +0000");
    }
}
