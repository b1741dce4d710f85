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
        var wait = new Option<bool>("--wait") { Description = "Follow the project to its end." };
        var command = new Command("retry", "Goes on with a failed or cancelled project from where it ended.") { id, build, test, wait, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            string projectId = parsed.GetRequiredValue(id);
            await client.RetryAsync(projectId, parsed.GetValue(build), parsed.GetValue(test), cancellationToken);
            Terminal.Out.WriteLine($"Project {projectId} is being retried.");
            return parsed.GetValue(wait) ? await Following.ToEndAsync(client, projectId, cancellationToken) : ExitCodes.Success;
        });
        return command;
    }
}
