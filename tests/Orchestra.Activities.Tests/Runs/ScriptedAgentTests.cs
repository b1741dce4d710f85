using Orchestra.Cli;

namespace Orchestra.Activities.Tests.Runs;

public sealed class ScriptedAgentTests : RunFixture
{
    [Fact]
    public async Task Files_are_written_as_the_prompt_says()
    {
        (int code, string output) = await PlayAsync(
            "Please do as follows.", @"do: write sub/a.txt one\ntwo\n", @"do: append sub/a.txt three\n", @"do: replace sub/a.txt two => 2", "do: say all done");

        Assert.Equal(0, code);
        Assert.Equal("one\n2\nthree\n", Read("sub/a.txt"));
        Assert.EndsWith("all done\n", output);
    }

    [Fact]
    public async Task Exit_ends_at_once_with_its_code()
    {
        (int code, _) = await PlayAsync("do: exit 4", "do: write late.txt x");

        Assert.Equal(4, code);
        Assert.False(File.Exists(InWork("late.txt")));
    }

    [Theory]
    [InlineData("do: dance", "unknown verb 'dance'")]
    [InlineData("do: replace a.txt x", "OLD => NEW")]
    [InlineData("do: wait long", "do: wait long")]
    public async Task A_line_that_cannot_be_done_exits_2(string line, string message)
    {
        File.WriteAllText(InWork("a.txt"), "");

        (int code, string output) = await PlayAsync(line);

        Assert.Equal(2, code);
        Assert.Contains(message, output);
    }

    [Fact]
    public async Task Resolve_keeps_both_sides_in_order()
    {
        File.WriteAllText(InWork("c.txt"), "a\n<<<<<<< ours\nb\n||||||| base\nold\n=======\nc\n>>>>>>> theirs\nd\n");
        File.WriteAllText(InWork("half.txt"), "<<<<<<< ours\nno end\n");

        (int code, string output) = await PlayAsync("do: resolve");

        Assert.Equal(0, code);
        Assert.Equal("kept both sides in 1 file(s)\n", output);
        Assert.Equal("a\nb\nc\nd\n", Read("c.txt"));
        Assert.Equal("<<<<<<< ours\nno end\n", Read("half.txt"));
    }

    private async Task<(int Code, string Output)> PlayAsync(params string[] lines)
    {
        StringWriter output = new() { NewLine = "\n" };
        int code = await ScriptedAgent.RunAsync(new StringReader(string.Join('\n', lines)), Work, output);
        return (code, output.ToString());
    }
}
