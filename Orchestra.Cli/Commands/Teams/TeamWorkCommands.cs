using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands.Teams;

/// <summary>What can be done with a session's work.</summary>
internal static class TeamWorkCommands
{
    public static Command Diff() => Create("diff", "Prints what a session changed, committed or not.", async (client, id, cancellationToken) =>
    {
        DiffView diff = await client.DiffAsync(id, cancellationToken);
        Terminal.Out.Write(diff.Diff);
        if (diff.Truncated)
            Terminal.Error.WriteLine("The changes are longer than what is shown; look at the session's branch.");
    });

    public static Command Merge() => Create("merge", "Merges a session's branch into its target; a conflict changes nothing.", async (client, id, cancellationToken) =>
    {
        MergedView merged = await client.MergeSessionAsync(id, cancellationToken);
        Terminal.Out.WriteLine($"Session {id} is merged into {merged.TargetBranch} as {ProjectReport.ShortId(merged.MergeCommit)}.");
    });

    public static Command Discard() => Create("discard", "Takes a session's worktree and branch away; its work stays under a ref.", async (client, id, cancellationToken) =>
    {
        DiscardedView discarded = await client.DiscardSessionAsync(id, cancellationToken);
        Terminal.Out.WriteLine(discarded.KeptRef is { } kept
            ? $"Session {id} is discarded; its work is under {kept} (orchestra recover {id})."
            : $"Session {id} is discarded; it had changed nothing.");
    });

    public static Command Cancel() => Create("cancel", "Ends a session's agent and keeps its work.", async (client, id, cancellationToken) =>
    {
        await client.CancelSessionAsync(id, cancellationToken);
        Terminal.Out.WriteLine($"Session {id} is being cancelled.");
    });

    private static Command Create(string name, string description, Func<OrchestraClient, string, CancellationToken, Task> act)
    {
        Option<string> url = SharedOptions.Url();
        Argument<string> id = TeamCommand.Id();
        var command = new Command(name, description) { id, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            await act(client, parsed.GetRequiredValue(id), cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }
}
