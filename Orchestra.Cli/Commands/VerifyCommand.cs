using System.CommandLine;
using Orchestra.Cli.Maintenance;
using Orchestra.Cli.Output;

namespace Orchestra.Cli.Commands;

internal static class VerifyCommand
{
    public static Command Create()
    {
        Option<DirectoryInfo?> data = SharedOptions.Data("The data folder; the variable ORCHESTRA_DATA sets it too. Default: .orchestra.");
        var file = new Argument<FileInfo?>("FILE") { Description = "A backup. Without it the data folder is verified.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("verify", "Looks for damage in the databases of the data folder, also while a host runs, or of a backup.") { file, data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string what = parsed.GetValue(file)?.FullName ?? SharedOptions.DataFolder(parsed.GetValue(data));
            if (parsed.GetValue(file) is { Exists: false })
                throw new CliError($"There is no {what}.");
            IReadOnlyList<string> problems = await DataFiles.VerifyAsync(what, cancellationToken);
            foreach (string problem in problems)
                Terminal.Error.WriteLine(problem);
            Terminal.Out.WriteLine(problems.Count == 0 ? $"{what}: sound" : $"{what}: {problems.Count} problems");
            return problems.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }
}
