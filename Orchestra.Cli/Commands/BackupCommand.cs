using System.CommandLine;
using Orchestra.Cli.Maintenance;
using Orchestra.Cli.Output;

namespace Orchestra.Cli.Commands;

internal static class BackupCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo?> data = SharedOptions.Data("The data folder; the variable ORCHESTRA_DATA sets it too. Default: .orchestra.");
        var file = new Argument<FileInfo>("FILE") { Description = "The zip file to make; it must not exist." };
        var command = new Command("backup", "Packs the databases of the data folder into a zip file, also while a host runs.") { file, data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            FileInfo target = parsed.GetRequiredValue(file);
            await DataFiles.BackupAsync(SharedOptions.DataFolder(parsed.GetValue(data)), target.FullName, cancellationToken);
            target.Refresh();
            Terminal.Out.WriteLine($"{target.FullName}: {target.Length / 1024.0:N0} KiB, verified");
            return ExitCodes.Success;
        });
        return command;
    }
}
