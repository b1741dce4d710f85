using System.Diagnostics;
using Orchestra.Client;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Bench;

/// <summary>
/// Launch to completed with six agents of no work and no gates, on small and larger repositories.
/// The figures to beat: the reference product's, measured with six such agents on the same kind of machine, and the same
/// git steps in a plain shell script, measured here in turn with ours. Medians, after one run to warm up.
/// </summary>
internal static class PipelineBench
{
    private const string Name = "pipeline";
    private const int Agents = 6;
    private const int Rounds = 5;

    /// <summary>Seconds.</summary>
    private const double ReferenceProduct = 5.73;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(Reporter reporter)
    {
        DirectoryInfo work = Directory.CreateTempSubdirectory("orchestra-bench-");
        try
        {
            await using HostProcess host = await HostProcess.StartAsync(Path.Combine(work.FullName, "data"), await WriteConfigAsync(work.FullName));
            await MeasureAsync(reporter, host, work.FullName, files: 100, ReferenceProduct);
            await MeasureAsync(reporter, host, work.FullName, files: 2000, referenceProduct: null);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(Reporter reporter, HostProcess host, string work, int files, double? referenceProduct)
    {
        var ours = new List<double>();
        var shell = new List<double>();
        for (int round = 0; round <= Rounds; round++)
        {
            double product = await LaunchAsync(host, await GeneratedRepository.CreateAsync(Path.Combine(work, $"ours-{files}-{round}"), files));
            double script = await ShellAsync(await GeneratedRepository.CreateAsync(Path.Combine(work, $"shell-{files}-{round}"), files));
            if (round == 0)
                continue;
            ours.Add(product);
            shell.Add(script);
        }

        string label = $"{Agents} agents, {files} files";
        if (referenceProduct is not null)
            reporter.Add(new Measurement(Name, $"{label}, against the reference product", Median(ours), "s", referenceProduct));
        reporter.Add(new Measurement(Name, $"{label}, against git in a shell script", Median(ours), "s", Median(shell)));
    }

    private static async Task<double> LaunchAsync(HostProcess host, string repository)
    {
        IEnumerable<LaunchAgent> agents = Enumerable.Range(1, Agents).Select(n =>
            new LaunchAgent("bench", $"Write agent-{n}.txt", new CommandLine(["/bin/sh", "-c", $"echo x > agent-{n}.txt"])));
        var launch = new LaunchRequest("bench", repository, null, null, [.. agents]);
        var time = Stopwatch.StartNew();
        LaunchResponse launched = await host.Client.LaunchAsync(launch, CancellationToken.None);
        ProjectView project;
        while (!(project = await host.Client.ProjectAsync(launched.ProjectId, CancellationToken.None)).IsFinal)
            await Task.Delay(PollInterval);
        double seconds = time.Elapsed.TotalSeconds;
        // A quick failure must not look like a quick success.
        if (project.Phase != Phases.Completed || Directory.GetFiles(repository, "agent-*.txt").Length != Agents)
            throw new InvalidOperationException($"The project {project.Phase} with {project.MergedCount} merged: {project.ErrorMessage}");
        return seconds;
    }

    private static async Task<double> ShellAsync(string repository)
    {
        var time = Stopwatch.StartNew();
        await Processes.RunAsync("/bin/sh", Path.Combine(AppContext.BaseDirectory, "pipeline-git.sh"), repository, $"{Agents}");
        return time.Elapsed.TotalSeconds;
    }

    internal static async Task<string> WriteConfigAsync(string folder)
    {
        string file = Path.Combine(folder, "orchestra.yml");
        var command = new { argv = (string[])["/bin/sh", "-c", "exit 1"] };
        var team = new { description = "Writes one file", teammates = new[] { new { name = "writer", role = "Write the file", timeout_seconds = 60 } } };
        await File.WriteAllTextAsync(file, Json.Write(new
        {
            client = new { commands = new { @default = command } },
            teams = new { definitions = new { bench = team } },
        }));
        return file;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
