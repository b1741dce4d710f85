using System.CommandLine;
using Orchestra.Cli.Output;
using Orchestra.Client;

namespace Orchestra.Cli.Commands;

/// <summary>Rounds of a mode's agents: <c>start</c>, <c>stop</c>, <c>status</c>.</summary>
internal static class OrchestratorCommand
{
    public static Command Create() => new("orchestrator", "A round of a mode's agents: start, stop, status.") { Start(), Stop(), Status() };

    private static Command Start()
    {
        Option<string> url = SharedOptions.Url();
        var mode = new Argument<string?>("MODE") { Description = "auto, research, analysis, monitoring or a team. Default: what the host's settings say.", Arity = ArgumentArity.ZeroOrOne };
        var clientMode = new Option<string?>("--mode") { Description = "The client mode, when it is not what the configuration says." };
        var repository = new Option<DirectoryInfo?>("--repo") { Description = "The repository. Default: where the host was started." };
        var command = new Command("start", "Starts a round.") { mode, clientMode, repository, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            Write(await client.StartOrchestratorAsync(parsed.GetValue(mode), parsed.GetValue(clientMode), parsed.GetValue(repository)?.FullName, cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Stop()
    {
        Option<string> url = SharedOptions.Url();
        var command = new Command("stop", "Ends the round that runs.") { url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            Write(await client.StopOrchestratorAsync(cancellationToken));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Status()
    {
        Option<string> url = SharedOptions.Url();
        var command = new Command("status", "Tells whether a round runs, and what can be started.") { url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using OrchestraClient client = parsed.Client(url);
            StatusView status = await client.StatusAsync(cancellationToken);
            Write(status.Orchestrator);
            Terminal.Out.WriteLine($"modes       {string.Join(", ", status.Modes)}");
            Terminal.Out.WriteLine($"outputs     {status.OutputsDir}");
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(OrchestratorView round)
    {
        Terminal.Out.WriteLine(round.Running ? $"A round of {round.Mode} runs ({round.ClientMode})." : "No round runs.");
        if (round.SessionId is { } session)
            Terminal.Out.WriteLine($"session     {session}");
        foreach (string agent in round.Skipped ?? [])
            Terminal.Out.WriteLine($"skipped     {agent}: switched off in the configuration");
    }
}
