using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Orchestra.Cli;
using Orchestra.Cli.Commands;
using Orchestra.Cli.Commands.Teams;
using Orchestra.Cli.Output;
using Orchestra.Client;

// Not a RootCommand: that one is named after the assembly, and people know this program as `orchestra`.
var root = new Command("orchestra", "Puts coding agents to work in parallel and lands their result together, tested.")
{
    new HelpOption { Recursive = true },
    new VersionOption(),
    DemoCommand.Create(),
    UpCommand.Create(),
    DashboardCommand.Create(),
    LaunchCommand.Create(),
    ProjectsCommand.Create(),
    ShowCommand.Create(),
    DecisionCommand.Create("approve", "Approves a decision that waits."),
    DecisionCommand.Create("reject", "Rejects a decision that waits."),
    DecisionCommand.CreateAnswer(),
    CancelCommand.Create(),
    RetryCommand.Create(),
    PushCommand.Create(),
    UnlandCommand.Create(),
    TeamCommand.Create(),
    OrchestratorCommand.Create(),
    RecoverCommand.Create(),
    DoctorCommand.Create(),
    BackupCommand.Create(),
    VerifyCommand.Create(),
    AuditCommand.Create(),
    ScriptedAgentCommand.Create(),
};

ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
if (parsed.Action is ParseErrorAction)
{
    Terminal.Error.WriteLine($"{WrongUse.Describe(parsed)} See `orchestra --help`.");
    return ExitCodes.Usage;
}

try
{
    // The host has its own handling of Ctrl-C, which drains it; a second one here would cut that short.
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (CliError e)
{
    Terminal.Error.WriteLine(e.Message);
    return e.ExitCode;
}
catch (ApiError e)
{
    Terminal.Error.WriteLine(e.Message);
    return ExitCodes.Failure;
}
