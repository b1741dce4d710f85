using Orchestra.Bench;

var benches = new Dictionary<string, Func<Reporter, Task>>
{
    ["pipeline"] = PipelineBench.RunAsync,
    ["runtime"] = RuntimeBench.RunAsync,
    ["store"] = StoreBench.RunAsync,
};

bool json = args.Contains("--json");
string[] names = [.. args.Where(a => a != "--json")];
if (names is not [string name] || !benches.TryGetValue(name, out Func<Reporter, Task>? bench))
{
    Console.Error.WriteLine($"usage: ./bench.sh NAME [--json]; benchmarks: {string.Join(", ", benches.Keys)}");
    return 2;
}

await bench(new Reporter(Console.Out, json));
return 0;
