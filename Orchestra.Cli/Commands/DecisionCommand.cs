using System.CommandLine;
using Orchestra.Client;

namespace Orchestra.Cli.Commands;

/// <summary><c>approve</c> and <c>reject</c>.</summary>
internal static class DecisionCommand
{
    public static Command Create(string action, string description)
    {
        Option<string> url = SharedOptions.Url();
        var id = new Argument<string>("ID") { Description = "The decision's id, or its project's when only one decision waits there." };
        var comment = new Option<string?>("--comment") { Description = "A remark that reaches the agent." };
        var command = new Command(action, description) { id, comment, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            string decisionId = parsed.GetRequiredValue(id);
            string? remark = parsed.GetValue(comment);
            try
            {
                await client.ResolveAsync(decisionId, action, remark, cancellationToken);
            }
            catch (NotFoundError unknown)
            {
                decisionId = await OnlyDecisionAsync(client, decisionId, unknown, cancellationToken);
                await client.ResolveAsync(decisionId, action, remark, cancellationToken);
            }

            Console.WriteLine($"Decision {decisionId}: {(action == "approve" ? "approved" : "rejected")}.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<string> OnlyDecisionAsync(OrchestraClient client, string id, NotFoundError unknown, CancellationToken cancellationToken)
    {
        ProjectView project;
        try
        {
            project = await client.ProjectAsync(id, cancellationToken);
        }
        catch (NotFoundError)
        {
            throw unknown;
        }

        DecisionView[] pending = [.. project.Pending];
        return pending switch
        {
            [DecisionView only] => only.DecisionId,
            [] => throw new CliError($"No decision waits in project {id}, which is {project.Phase}."),
            _ => throw new CliError($"{pending.Length} decisions wait in project {id}; name one: {string.Join(", ", pending.Select(d => d.DecisionId))}."),
        };
    }
}
