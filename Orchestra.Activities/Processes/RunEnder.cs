using Orchestra.Core;

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

    public async Task EndAsync(string owner, CancellationToken cancellationToken)
    {
        string folder = Path.GetDirectoryName(data.Run(owner))!;
        if (!Directory.Exists(folder)) return;
        foreach (string name in Directory.EnumerateDirectories(folder, owner + "*").Select(path => Path.GetFileName(path)))
        {
            if (name == owner || name.StartsWith(owner + "-", StringComparison.Ordinal))
                await engine.EndAsync(name, cancellationToken);
        }
    }
}
