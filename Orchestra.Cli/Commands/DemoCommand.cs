using System.CommandLine;
using Orchestra.Cli.Demo;
using Orchestra.Cli.Output;
using Spectre.Console;

namespace Orchestra.Cli.Commands;

internal static class DemoCommand
{
    public static Command Create()
    {
        var yes = new Option<bool>("--yes") { Description = "Approve every decision without asking." };
        Option<DirectoryInfo?> data = SharedOptions.Data("The folder for the sample and the host's data. Default: a new temporary folder.");
        Option<int?> port = SharedOptions.Port();
        var command = new Command("demo", "Lets four scripted agents work on a sample repository and lands their result.") { yes, data, port };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = parsed.GetValue(data)?.FullName ?? Directory.CreateTempSubdirectory("orchestra-demo-").FullName;
            bool approveAll = parsed.GetValue(yes);
            return await new DemoRun(Terminal.Out, View(approveAll), approveAll).RunAsync(folder, parsed.GetValue(port), cancellationToken);
        });
        return command;
    }

    private static IDemoView View(bool approveAll)
    {
        bool terminal = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
        return terminal ? new LiveView(AnsiConsole.Console, canAsk: !approveAll && !Console.IsInputRedirected) : new PlainView(Terminal.Out);
    }
}
