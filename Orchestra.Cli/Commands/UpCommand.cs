using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Hosting;
using Orchestra.Cli.Hosting;

namespace Orchestra.Cli.Commands;

internal static class UpCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo?> data = SharedOptions.Data("Where state, worktrees and logs live; the variable ORCHESTRA_DATA sets it too.");
        Option<int?> port = SharedOptions.Port();
        var config = new Option<FileInfo?>("--config") { Description = "The configuration file. Default: config/orchestra.yml." };
        var storage = new Option<string?>("--storage") { Description = "Where the state is kept: sqlite (default) or azure, which takes AzureWebJobsStorage." };
        storage.AcceptOnlyFromAmong("sqlite", "azure");
        Option<IPAddress?> listen = Listen();
        var command = new Command("up", "Starts the host and stays until Ctrl-C.") { data, port, listen, config, storage };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            LocalHost host = await LocalHost.StartAsync(
                parsed.GetValue(data)?.FullName, parsed.GetValue(port), parsed.GetValue(config)?.FullName, quiet: false, cancellationToken, parsed.GetValue(storage),
                parsed.GetValue(listen));
            await using (host)
            {
                Console.WriteLine($"Listening on {host.Address}");
                await host.WaitForShutdownAsync(cancellationToken);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Option<IPAddress?> Listen() => new("--listen")
    {
        Description = "An address to listen on beside 127.0.0.1, such as 0.0.0.0; needs a key in ORCHESTRA_API_KEY.",
        CustomParser = result =>
        {
            if (IPAddress.TryParse(result.Tokens[0].Value, out IPAddress? address))
                return address;
            result.AddError($"--listen must be an IP address, such as 0.0.0.0; '{result.Tokens[0].Value}' is none.");
            return null;
        },
    };
}
