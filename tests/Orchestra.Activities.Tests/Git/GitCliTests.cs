using Orchestra.Activities.Git;

namespace Orchestra.Activities.Tests.Git;

public sealed class GitCliTests : GitTest
{
    private readonly GitCli cli = new();

    [Fact]
    public async Task A_failure_carries_command_code_and_error()
    {
        GitException problem = await Assert.ThrowsAsync<GitException>(() => cli.RunAsync(new GitCommand(Repo, "cat-file", "-p", "none"), Cancel));
        Assert.Equal(128, problem.ExitCode);
        Assert.Equal("git cat-file -p none", problem.Command);
        Assert.Contains("Not a valid object name", problem.Error);
    }

    [Fact]
    public async Task Large_input_and_output_do_not_block_each_other()
    {
        byte[] large = new byte[4 << 20];
        GitResult written = await cli.RunAsync(new GitCommand(Repo, "hash-object", "-w", "--stdin") { Input = large }, Cancel);
        Assert.Equal(large, (await cli.RunAsync(new GitCommand(Repo, "cat-file", "blob", written.Line), Cancel)).Output);
        byte[] paths = GitCommand.NulSeparated(Enumerable.Repeat($"{Base}:a.txt", 5_000));
        Assert.NotEmpty((await cli.RunAsync(new GitCommand(Repo, "cat-file", "--batch", "-z") { Input = paths }, Cancel)).Output);
    }

    [Fact]
    public async Task A_timeout_ends_git_and_what_it_started()
    {
        string mark = Path.Combine(Repository.Root, "mark");
        var slow = new GitCommand(Repo, "-c", $"alias.slow=!echo $$ >'{mark}'; exec sleep 1000", "slow") { Timeout = TimeSpan.FromSeconds(10) };
        GitException problem = await Assert.ThrowsAsync<GitException>(() => cli.RunAsync(slow, Cancel));
        Assert.Null(problem.ExitCode);
        Assert.Contains("no end after", problem.Message);
        int child = int.Parse(File.ReadAllText(mark), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(IsGone(child), "the child of git still runs");
    }

    private static bool IsGone(int processId)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(processId);
            return process.WaitForExit(Eventually.Patience);
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    [Fact]
    public async Task Hooks_of_the_repository_do_not_run()
    {
        string hook = Path.Combine(Repo, ".git", "hooks", "post-checkout");
        string mark = Path.Combine(Repository.Root, "mark");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        File.WriteAllText(hook, $"#!/bin/sh\ntouch '{mark}'\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await CreateWorktreeAsync();
        Assert.False(File.Exists(mark));
    }

    [Fact]
    public async Task A_missing_folder_is_a_git_failure() =>
        await Assert.ThrowsAsync<GitException>(() => cli.RunAsync(new GitCommand(Path.Combine(Repository.Root, "none"), "status"), Cancel));
}
