using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands;

internal static class DoctorCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        var clean = new Option<bool>("--clean") { Description = "Takes away what nobody needs and what is kept elsewhere." };
        var prune = new Option<bool>("--prune") { Description = "Ends what was kept longer than outputs.retention_days." };
        var command = new Command("doctor", "Lists worktrees, branches and snapshots that crashes left behind.") { clean, prune, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            if (parsed.GetValue(prune))
                Show((await client.PruneAsync(cancellationToken)).Pruned);
            if (!parsed.GetValue(clean))
            {
                Show((await client.DoctorAsync(cancellationToken)).Findings, "Nothing is left over.", obstacleIfNone: "can be cleaned");
                return ExitCodes.Success;
            }

            DoctorCleanView result = await client.DoctorCleanAsync(cancellationToken);
            Show([.. result.Cleaned, .. result.Left], "Nothing was left over.", obstacleIfNone: "cleaned");
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Show(IReadOnlyList<StoredView> pruned)
    {
        foreach (StoredView item in pruned)
            Terminal.Out.WriteLine($"pruned {item.Kind} {item.Name}{(item.Commit is { } commit ? $" ({commit})" : "")}");
    }

    private static void Show(IReadOnlyList<FindingView> findings, string none, string obstacleIfNone)
    {
        if (findings.Count == 0)
        {
            Terminal.Out.WriteLine(none);
            return;
        }

        Columns.Write(Terminal.Out, ["KIND", "NAME", "WHY", "STATE"], findings.Select(f => new[]
        {
            f.Kind, f.Name, f.Reason, f.Obstacle is null ? obstacleIfNone : $"stays: {f.Obstacle}",
        }));
    }
}
