using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands;

internal static class RecoverCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        var id = new Argument<string>("ID") { Description = "The session's id." };
        var to = new Option<DirectoryInfo?>("--to") { Description = "A new folder: the work is checked out there on a branch recovered/ID." };
        var command = new Command("recover", "Shows where a session's work is, and brings it back.") { id, to, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            RecoveryView recovery = await client.RecoverAsync(parsed.GetRequiredValue(id), cancellationToken);
            if (parsed.GetValue(to) is { } folder)
                await CheckOutAsync(recovery, folder, cancellationToken);
            else
                Show(recovery);
            if (recovery.LeftOut is { Count: > 0 } leftOut)
                Terminal.Out.WriteLine($"It may have files that were not committed for its agent: {string.Join(", ", leftOut)}. Look before you push or merge it.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Show(RecoveryView recovery)
    {
        Columns.Write(Terminal.Out, ["KIND", "COMMIT", "NAME"], recovery.Sources.Select(s => new[]
        {
            s.Kind, s.Commit is { } commit ? ProjectReport.ShortId(commit) : "", s.Name,
        }));
        Terminal.Out.WriteLine();
        Terminal.Out.WriteLine(recovery.Commit is { } best
            ? $"Bring it back: orchestra recover {recovery.SessionId} --to DIR, or git -C '{recovery.RepoPath}' branch recovered/{recovery.SessionId} {best}"
            : "Only the worktree is left; copy from it what you need.");
    }

    private static async Task CheckOutAsync(RecoveryView recovery, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        if (recovery.Commit is null)
            throw new CliError($"Only the worktree {recovery.Sources[0].Name} is left; copy from it what you need.");
        if (!Directory.Exists(recovery.RepoPath))
            throw new CliError($"The repository {recovery.RepoPath} is not on this machine; run the command where the host runs.");
        if (File.Exists(folder.FullName) || (folder.Exists && folder.EnumerateFileSystemInfos().Any()))
            throw new CliError($"{folder.FullName} exists and is not empty; name a new folder.");
        string branch = $"recovered/{recovery.SessionId}";
        await LocalGit.RunAsync(recovery.RepoPath, cancellationToken, "worktree", "add", "--quiet", "-b", branch, "--", folder.FullName, recovery.Commit);
        Terminal.Out.WriteLine($"{folder.FullName} has the work of session {recovery.SessionId}, on branch {branch}.");
    }
}
