using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands.Teams;

/// <summary>What can be done with a session's work.</summary>
internal static class TeamWorkCommands
{
    public static Command Diff() => TeamCommand.OnSession("diff", "Prints what a session changed, committed or not.", async (client, id, cancellationToken) =>
    {
        DiffView diff = await client.DiffAsync(id, cancellationToken);
        Terminal.Out.Write(diff.Diff);
        if (diff.Truncated)
            Terminal.Error.WriteLine("The changes are longer than what is shown; look at the session's branch.");
    });

    public static Command Merge() => TeamCommand.OnSession("merge", "Merges a session's branch into its target; a conflict changes nothing.", async (client, id, cancellationToken) =>
    {
        MergedView merged = await client.MergeSessionAsync(id, cancellationToken);
        Terminal.Out.WriteLine($"Session {id} is merged into {merged.TargetBranch} as {ProjectReport.ShortId(merged.MergeCommit)}.{Staying(merged.WorktreeStays)}");
    });

    public static Command Discard() => TeamCommand.OnSession("discard", "Takes a session's worktree and branch away; its work stays under a ref.", async (client, id, cancellationToken) =>
    {
        DiscardedView discarded = await client.DiscardSessionAsync(id, cancellationToken);
        Terminal.Out.WriteLine((discarded.KeptRef is { } kept
            ? $"Session {id} is discarded; its work is under {kept} (orchestra recover {id})."
            : $"Session {id} is discarded; it had changed nothing.") + Staying(discarded.WorktreeStays));
    });

    public static Command Cancel() => TeamCommand.OnSession("cancel", "Ends a session's agent and keeps its work.", async (client, id, cancellationToken) =>
    {
        await client.CancelSessionAsync(id, cancellationToken);
        Terminal.Out.WriteLine($"Session {id} is being cancelled.");
    });

    private static string Staying(string? reason) => reason is null ? "" : $" Its worktree stays: {reason}.";
}
