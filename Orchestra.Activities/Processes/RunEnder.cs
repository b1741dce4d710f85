using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Processes;

/// <summary>Ends all that runs for a session or a project, by the names of the runs: its own id, or that id and more.</summary>
public sealed class RunEnder
{
    private readonly RunEngine engine;
    private readonly DataFolder data;

    internal RunEnder(RunEngine engine, DataFolder data)
    {
        this.engine = engine;
        this.data = data;
    }

    /// <returns>What all of them used, as far as their clients told.</returns>
    public async Task<RunUsage?> EndAsync(string owner, CancellationToken cancellationToken)
    {
        string folder = Path.GetDirectoryName(data.Run(owner))!;
        RunUsage? used = null;
        if (!Directory.Exists(folder)) return used;
        foreach (string name in Directory.EnumerateDirectories(folder, owner + "*").Select(path => Path.GetFileName(path)))
        {
            if (name == owner || name.StartsWith(owner + "-", StringComparison.Ordinal))
                used = RunUsage.Sum(used, await engine.EndAsync(name, cancellationToken));
        }

        return used;
    }
}
