using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Client;
using Orchestra.Core.Pipeline;

namespace Orchestra.Cli.Commands;

/// <summary><c>approve</c>, <c>reject</c>, and <c>answer</c> for whatever else a decision takes.</summary>
internal static class DecisionCommand
{
    public static Command Create(string action, string description) => Create(new Command(action, description), null, action);

    public static Command CreateAnswer()
    {
        var action = new Argument<string>("ANSWER") { Description = "One of the answers that the decision lists, for example manual." };
        return Create(new Command("answer", "Answers a decision that waits with something else than yes or no."), action, "");
    }

    private static Command Create(Command command, Argument<string>? answer, string action)
    {
        Option<string> url = SharedOptions.Url();
        var id = new Argument<string>("ID") { Description = "The decision's id, or its project's when only one decision waits there." };
        var comment = new Option<string?>("--comment") { Description = "A remark that reaches the agent." };
        (Option<decimal?> Cost, Option<int?> Turns) budget = SharedOptions.Budget("may be used from now on, in all, when the decision is about a budget");
        command.Add(id);
        if (answer is not null)
            command.Add(answer);
        command.Add(comment);
        if (action != DecisionAnswers.Reject)
        {
            command.Add(budget.Cost);
            command.Add(budget.Turns);
        }

        command.Add(url);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            string chosen = answer is null ? action : parsed.GetRequiredValue(answer);
            string decisionId = parsed.GetRequiredValue(id);
            string? remark = parsed.GetValue(comment);
            Budget? granted = action == DecisionAnswers.Reject ? null : parsed.Budget(budget);
            Resolved resolved;
            try
            {
                resolved = await client.ResolveAsync(decisionId, chosen, remark, cancellationToken, granted);
            }
            catch (NotFoundError unknown)
            {
                decisionId = await OnlyDecisionAsync(client, decisionId, unknown, cancellationToken);
                resolved = await client.ResolveAsync(decisionId, chosen, remark, cancellationToken, granted);
            }

            Terminal.Out.WriteLine($"Decision {decisionId}: {resolved.Action}.");
            if (resolved.WorktreePath is { } path)
                Terminal.Out.WriteLine($"The merge is being laid out in {path}. Resolve it there and approve the decision that comes next.");
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
