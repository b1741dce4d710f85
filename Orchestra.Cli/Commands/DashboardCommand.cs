using System.CommandLine;
using Orchestra.Cli.Hosting;

namespace Orchestra.Cli.Commands;

internal static class DashboardCommand
{
    private const string DefaultUrls = "http://127.0.0.1:8081";

    public static Command Create()
    {
        Option<string> api = SharedOptions.Url("--api");
        var urls = new Option<string>("--urls") { Description = "Where the dashboard listens.", DefaultValueFactory = _ => DefaultUrls };
        urls.Validators.Add(result =>
        {
            foreach (string url in result.GetValueOrDefault<string>().Split(';'))
            {
                if (!url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
                    result.AddError($"'{url}' is no address to listen on; give one like {DefaultUrls} with --urls.");
            }
        });
        var key = new Option<string?>("--key")
        {
            Description = "The key that the API asks for, which visitors are then asked for too; better in the variable ORCHESTRA_API_KEY, where other users of the machine do not see it.",
        };
        var command = new Command("dashboard", "Serves the dashboard alone, for a host that runs elsewhere, until Ctrl-C.") { api, urls, key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Uri address = parsed.Address(api);
            await using DashboardHost host = await DashboardHost.StartAsync(address, parsed.GetRequiredValue(urls), parsed.GetValue(key), cancellationToken);
            Console.WriteLine($"Listening on {host.Addresses}, showing {address}");
            await host.WaitForShutdownAsync(cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }
}
