using Orchestra.Core;

namespace Orchestra.Activities.Git;

/// <summary>Pushes one commit to one branch of a configured remote: never by force, and never asking anybody for a password.</summary>
public sealed class Pusher(GitCli git, GitPlumbing plumbing)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <returns>git's words.</returns>
    /// <exception cref="InputProblem">There is no such remote, the branch's name is none, or git was refused; with git's words.</exception>
    public async Task<string> PushAsync(string repoPath, string remote, string branch, string commit, CancellationToken cancellationToken)
    {
        await CheckAsync(repoPath, remote, branch, cancellationToken);
        GitResult result = await RunAsync(
            repoPath, cancellationToken, "push", "--porcelain", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no",
            "--", remote, $"{GitNames.CommitId(commit)}:refs/heads/{branch}");
        string words = string.Join('\n', new[] { result.Text.Trim(), result.Error }.Where(text => text.Length > 0));
        if (result.ExitCode == 0)
            return words;
        return await IsThereAsync(repoPath, remote, branch, commit, cancellationToken)
            ? $"{remote}/{branch} has {commit} already."
            : throw new InputProblem("remote", words.Length > 0 ? words : $"git push ended with exit code {result.ExitCode}.", 409);
    }

    private async Task CheckAsync(string repoPath, string remote, string branch, CancellationToken cancellationToken)
    {
        // Only what a person has configured: an address from a request could be any program's (ext::).
        string[] remotes = (await git.RunAsync(new GitCommand(repoPath, "remote"), cancellationToken)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (!remotes.Contains(remote))
        {
            throw new InputProblem(
                "remote", $"{repoPath} has no remote '{remote}'{(remotes.Length == 0 ? "" : $"; it has {string.Join(", ", remotes)}")}. Add it with 'git remote add {remote} URL'.", 409);
        }

        GitResult name = await git.RunAsync(
            new GitCommand(repoPath, "check-ref-format", $"refs/heads/{branch}") { ExitCodes = [0, 1] }, cancellationToken);
        if (name.ExitCode != 0 || branch.StartsWith('-') || branch.StartsWith('+'))
            throw new InputProblem("branch", $"'{branch}' is no name of a branch.");
    }

    /// <summary>A remote that is ahead refuses the push of what it has already.</summary>
    private async Task<bool> IsThereAsync(string repoPath, string remote, string branch, string commit, CancellationToken cancellationToken)
    {
        GitResult listed = await RunAsync(repoPath, cancellationToken, "ls-remote", "--", remote, $"refs/heads/{branch}");
        string head = listed.Text.Split('\t')[0];
        return listed.ExitCode == 0 && GitNames.IsObjectId(head)
            && await plumbing.ResolveAsync(repoPath, head + "^{commit}", cancellationToken) is not null
            && await plumbing.IsAncestorAsync(repoPath, commit, head, cancellationToken);
    }

    private async Task<GitResult> RunAsync(string repoPath, CancellationToken cancellationToken, params string[] arguments) =>
        await git.RunAsync(
            new GitCommand(repoPath, arguments)
            {
                ExitCodes = [0, 1, 2, 128],
                UsesUserConfig = true, // for credential helpers
                Timeout = Limit,
                Environment = new Dictionary<string, string>
                {
                    // Set and empty: no askpass program at all. A question would wait for ever, in a terminal that is not ours.
                    ["GIT_ASKPASS"] = "",
                    ["SSH_ASKPASS_REQUIRE"] = "never",
                    ["GCM_INTERACTIVE"] = "never",
                    ["GIT_SSH_COMMAND"] = await SshAsync(repoPath, cancellationToken),
                },
            },
            cancellationToken);

    private async Task<string> SshAsync(string repoPath, CancellationToken cancellationToken)
    {
        GitResult configured = await git.RunAsync(
            new GitCommand(repoPath, "config", "--get", "core.sshCommand") { ExitCodes = [0, 1], UsesUserConfig = true }, cancellationToken);
        string ssh = configured.Line.Length > 0 ? configured.Line : "ssh";
        // Another program than OpenSSH has options of its own.
        return Path.GetFileName(ssh.Split(' ')[0]) == "ssh" ? $"{ssh} -o BatchMode=yes" : ssh;
    }
}
