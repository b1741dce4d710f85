using System.CommandLine;
using System.Text;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands.Teams;

internal static class TeamOutputCommand
{
    public static Command Create()
    {
        Option<string> url = SharedOptions.Url();
        Argument<string> id = TeamCommand.Id();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the agent ends." };
        var command = new Command("output", "Prints what a session's agent printed.") { id, follow, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            string session = parsed.GetRequiredValue(id);
            if (parsed.GetValue(follow))
                await FollowAsync(client, session, cancellationToken);
            else
                await CopyAsync(await client.DownloadOutputAsync(session, cancellationToken), cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }

    public static async Task FollowAsync(OrchestraClient client, string session, CancellationToken cancellationToken) =>
        await CopyAsync(await client.FollowOutputAsync(session, cancellationToken), cancellationToken);

    private static async Task CopyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using HttpResponseMessage open = response;
        using var text = new StreamReader(await open.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        char[] piece = new char[16 * 1024];
        while (await text.ReadAsync(piece, cancellationToken) is > 0 and int read)
            Terminal.Out.Write(new string(piece, 0, read));
        await Terminal.Out.FlushAsync(cancellationToken);
    }
}
