using Orchestra.Client;
using Orchestra.Cli.Hosting;
using Orchestra.Cli.Output;
using Orchestra.Core.Pipeline;

namespace Orchestra.Cli.Demo;

/// <summary>The demo from the sample to the report; everything after the sample goes through the public HTTP API.</summary>
/// <param name="approveAll">Whether decisions are approved without asking.</param>
internal sealed class DemoRun(TextWriter output, IDemoView view, bool approveAll)
{
    public async Task<int> RunAsync(string folder, int? port, CancellationToken cancellationToken)
    {
        string data = Path.Combine(folder, "data");
        Directory.CreateDirectory(data);
        SampleRepository sample = await SampleRepository.CreateAsync(folder, cancellationToken);
        output.WriteLine($"Sample repository: {sample.Path}{(sample.IsFirst ? "" : " (earlier samples are left as they are)")}");
        string config = await DemoProject.WriteConfigAsync(data, cancellationToken);
        await using LocalHost host = await LocalHost.StartAsync(data, port, config, quiet: true, cancellationToken);
        output.WriteLine($"Host: {host.Address}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host.Stopping);
        try
        {
            return await FollowAsync(sample, host, data, stop.Token);
        }
        catch (OperationCanceledException) when (host.Stopping.IsCancellationRequested)
        {
            output.WriteLine($"Stopped. The work goes on with: orchestra up --data {Quote(data)}");
            return ExitCodes.Interrupted;
        }
    }

    private async Task<int> FollowAsync(SampleRepository sample, LocalHost host, string data, CancellationToken cancellationToken)
    {
        using var client = new OrchestraClient(host.Address);
        LaunchResponse launched = await client.LaunchAsync(DemoProject.Launch(sample), cancellationToken);
        output.WriteLine($"Project {launched.ProjectId}: {launched.AgentCount} agents launched");
        output.WriteLine();

        var answered = new HashSet<string>();
        bool AsksOrEnds(ProjectView state) => state.IsFinal || state.Pending.Any(d => !answered.Contains(d.DecisionId));
        while (true)
        {
            ProjectView project = await view.FollowAsync(Polling.FollowAsync(client, launched.ProjectId, cancellationToken), AsksOrEnds);
            if (project.IsFinal)
                return await ReportAsync(sample, project, cancellationToken);
            foreach (DecisionView decision in project.Pending.Where(d => answered.Add(d.DecisionId)))
            {
                if (!await AnswerAsync(client, decision, cancellationToken))
                    return Leave(decision, data);
            }
        }
    }

    /// <returns>False when nobody can be asked.</returns>
    private async Task<bool> AnswerAsync(OrchestraClient client, DecisionView decision, CancellationToken cancellationToken)
    {
        string? action = approveAll ? "approve" : view.Ask(decision);
        if (action is null)
            return false;
        try
        {
            await client.ResolveAsync(decision.DecisionId, action, null, cancellationToken);
        }
        catch (ConflictError elsewhere)
        {
            // Answered over HTTP or by another command while the question stood here; that answer counts.
            output.WriteLine(elsewhere.Message);
        }

        return true;
    }

    private int Leave(DecisionView decision, string data)
    {
        ProjectReport.WriteDecision(output, decision);
        output.WriteLine();
        output.WriteLine("There is no terminal to ask on, so the decision stays open. Start the host again and answer it, or run the demo with --yes:");
        output.WriteLine($"    orchestra up --data {Quote(data)}");
        output.WriteLine($"    orchestra approve {decision.DecisionId}");
        return ExitCodes.DecisionWaits;
    }

    private async Task<int> ReportAsync(SampleRepository sample, ProjectView project, CancellationToken cancellationToken)
    {
        output.WriteLine();
        output.WriteLine(await sample.GraphAsync(cancellationToken));
        ProjectReport.WriteGates(output, project);
        output.WriteLine();
        if (project.Phase != Phases.Completed)
        {
            output.WriteLine($"The project {project.Phase}: {project.ErrorMessage ?? "the host gave no reason"}");
            output.WriteLine($"Nothing was lost: the agents' branches are in {sample.Path} (git branch --list 'team/*').");
            return ExitCodes.Failure;
        }

        output.WriteLine($"Landed: {project.MergedCount} of {project.AgentCount} agents' work is on main, built with `{project.BuildCommand}` and tested with `{project.TestCommand}`.");
        output.WriteLine($"Look around: git -C {Quote(sample.Path)} log --graph --stat");
        return ExitCodes.Success;
    }

    private static string Quote(string path) => path.AsSpan().ContainsAny(" '\"$&()") ? $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'" : path;
}
