using Orchestra.Bench;

var benches = new Dictionary<string, Func<Reporter, Task>>
{
    ["api"] = ApiBench.RunAsync,
    ["agents"] = AgentsBench.RunAsync,
    ["events"] = EventsBench.RunAsync,
    ["pipeline"] = PipelineBench.RunAsync,
    ["merge"] = reporter => MergeBench.RunAsync(reporter, Option("--repo"), Option("--sets")),
    ["runtime"] = RuntimeBench.RunAsync,
    ["store"] = StoreBench.RunAsync,
};

bool json = args.Contains("--json");
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;
string[] names = [.. args.Where((a, n) => !a.StartsWith("--", StringComparison.Ordinal) && (n == 0 || args[n - 1] is not ("--repo" or "--sets")))];
bool unknown = args.Any(a => a.StartsWith("--", StringComparison.Ordinal) && a is not ("--json" or "--repo" or "--sets"));
bool halfGiven = Option("--repo") is null != Option("--sets") is null;
if (unknown || halfGiven || names is not [string name] || !benches.TryGetValue(name, out Func<Reporter, Task>? bench))
{
    Console.Error.WriteLine($"usage: ./bench.sh NAME [--json]; benchmarks: {string.Join(", ", benches.Keys)}; merge also takes --repo PATH --sets FILE");
    return 2;
}

try
{
    await bench(new Reporter(Console.Out, json));
    return 0;
}
catch (Exception problem)
{
    // What a bench itself objects to says it all; of anything else the place is wanted too.
    Console.Error.WriteLine($"{name}: {(problem is InvalidDataException or InvalidOperationException or TimeoutException ? problem.Message : problem)}");
    return 1;
}
