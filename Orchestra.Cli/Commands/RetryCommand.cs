using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands;

internal static class RetryCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        var id = new Argument<string>("ID") { Description = "The id of a failed or cancelled project." };
        var build = new Option<string?>("--build") { Description = "Another build command; empty for none." };
        var test = new Option<string?>("--test") { Description = "Another test command; empty for none." };
        var branches = new Option<string[]>("--branch") { Description = "A branch that is to be merged, too; may be repeated." };
        var mode = new Option<string?>("--mode") { Description = "The client mode of agents that resolve conflicts and mend gates." };
        var agent = new Option<string[]>("--agent") { Description = "One more agent, as TEAM:TASK; may be repeated." };
        agent.Validators.Add(result =>
        {
            foreach (string one in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (one.Split(':', 2) is not [{ Length: > 0 }, { Length: > 0 }])
                    result.AddError($"--agent must be TEAM:TASK, such as feature-dev:'Mend the tests'; '{one}' is not.");
            }
        });
        (Option<decimal?> Cost, Option<int?> Turns) budget = SharedOptions.Budget("all agents of the project may use from now on, what they have used included");
        var wait = new Option<bool>("--wait") { Description = "Follow the project to its end." };
        var command = new Command("retry", "Goes on with a failed or cancelled project from where it ended.") { id, build, test, branches, agent, mode, budget.Cost, budget.Turns, wait, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            string projectId = parsed.GetRequiredValue(id);
            await client.RetryAsync(
                projectId, parsed.GetValue(build), parsed.GetValue(test), cancellationToken, parsed.GetValue(branches), parsed.GetValue(mode),
                [.. (parsed.GetValue(agent) ?? []).Select(a => a.Split(':', 2)).Select(a => new LaunchAgent(a[0], a[1]))], parsed.Budget(budget));
            Terminal.Out.WriteLine($"Project {projectId} is being retried.");
            return parsed.GetValue(wait) ? await Following.ToEndAsync(client, projectId, cancellationToken) : ExitCodes.Success;
        });
        return command;
    }
}
