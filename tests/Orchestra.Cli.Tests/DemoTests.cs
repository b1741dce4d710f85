namespace Orchestra.Cli.Tests;

public sealed class DemoTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("orchestra-demo-").FullName;

    [Fact]
    public async Task Lands_four_agents_and_one_mended_conflict()
    {
        Command demo = await Command.RunAsync(null, "demo", "--yes", "--data", folder, "--port", $"{Testing.FreePort.Next()}");

        Assert.True(demo.ExitCode == 0, demo.Output + demo.Error);
        Assert.Contains("merged resolved", demo.Output);
        Assert.Contains("phase    completed", demo.Output);
    }

    [Fact]
    public async Task With_nobody_to_ask_it_stops_at_the_decision_and_says_so()
    {
        Command demo = await Command.RunAsync(null, "demo", "--data", folder, "--port", $"{Testing.FreePort.Next()}");

        Assert.Equal(3, demo.ExitCode);
        Assert.Contains("merge_conflict", demo.Output);
        Assert.Contains("orchestra approve", demo.Output);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
