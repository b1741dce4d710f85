using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Tests.Runs;

/// <summary>A data folder and a working folder of its own per test, and engines that stand for one host each.</summary>
public abstract class RunFixture : IDisposable
{

    private readonly string root = Directory.CreateTempSubdirectory("orchestra-runs-").FullName;

    private protected DataFolder Data { get; }
    private protected string Work { get; }
    private protected string RunId { get; } = $"run-{Guid.NewGuid():N}";

    /// <summary>Short: what ignores its end is waited for so long.</summary>
    private protected TimeSpan Grace { get; set; } = TimeSpan.FromMilliseconds(500);

    protected RunFixture()
    {
        Data = new DataFolder(Path.Combine(root, "data"));
        Work = Path.Combine(root, "work");
        Directory.CreateDirectory(Work);
    }

    private protected static CancellationToken Test => TestContext.Current.CancellationToken;

    private protected RunEngine Engine(IRunObserver? observer = null) =>
        new(Data, TimeProvider.System, NullLogger<RunEngine>.Instance, observer) { Grace = Grace };

    private protected RunRequest Shell(string script, string? input = null, double timeout = 60, string? projectId = null) =>
        new(RunId, projectId, Work, ["/bin/sh", "-c", script], input, null, TimeSpan.FromSeconds(timeout));

    private protected Task<RunResult> RunAsync(RunRequest request, CancellationToken? cancellationToken = null) =>
        Engine().RunAsync(request, _ => Task.CompletedTask, cancellationToken ?? Test);

    private protected string InWork(string name) => Path.Combine(Work, name);

    private protected string Read(string name) => File.ReadAllText(InWork(name));

    /// <summary>The pid that a script wrote with <c>echo $! > name</c>.</summary>
    private protected async Task<int> PidAsync(string name)
    {
        await UntilAsync(() => File.Exists(InWork(name)) && Read(name).EndsWith('\n'));
        return int.Parse(Read(name));
    }

    private protected static bool IsAlive(int pid) => ProcessTable.Find(pid) is { IsZombie: false };

    private protected static Task UntilAsync(Func<bool> condition) => Eventually.TrueAsync(condition, () => "The awaited condition did not come about.");

    /// <summary>No process bears the run's mark any more.</summary>
    private protected void AssertNothingLeft()
    {
        byte[] marker = System.Text.Encoding.UTF8.GetBytes($"{ProcessTree.Marker}={RunId}");
        IEnumerable<int> left = ProcessTable.All()
            .Where(p => !p.IsZombie && ProcessTable.Environment(p.Pid) is { } e && e.AsSpan().IndexOf(marker) >= 0)
            .Select(p => p.Pid);
        Assert.Empty(left);
    }

    public void Dispose()
    {
        new ProcessTree(RunId, Work, TimeProvider.System, NullLogger.Instance).EndAsync(null, TimeSpan.Zero).GetAwaiter().GetResult();
        Directory.Delete(root, recursive: true);
        GC.SuppressFinalize(this);
    }
}
