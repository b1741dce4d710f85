using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestra.ApiAgent.Tools;
using Orchestra.Activities.Tests.Runs;

namespace Orchestra.Activities.Tests.Api;

/// <summary>The tools of an <c>api</c> agent: whatever the model asks for, it gets an answer and stays in its worktree.</summary>
public sealed class ToolTests : RunFixture
{
    [Fact]
    public async Task The_editor_views_creates_replaces_and_inserts()
    {
        Assert.False((await EditAsync(new { command = "create", path = "lib/a.txt", file_text = "one\ntwo\n" })).IsError);
        Assert.False((await EditAsync(new { command = "str_replace", path = "lib/a.txt", old_str = "two", new_str = "2" })).IsError);
        Assert.False((await EditAsync(new { command = "insert", path = "lib/a.txt", insert_line = 1, insert_text = "one and a half\n" })).IsError);

        Assert.Equal("one\none and a half\n2\n", Read("lib/a.txt"));
        Assert.Equal("     2\tone and a half\n     3\t2\n", (await EditAsync(new { command = "view", path = "lib/a.txt", view_range = new[] { 2, 3 } })).Text);
        Assert.Equal("lib/\nlib/a.txt", (await EditAsync(new { command = "view", path = Work })).Text);
    }

    [Fact]
    public async Task A_byte_order_mark_and_line_ends_stay()
    {
        File.WriteAllText(InWork("a.txt"), "\uFEFFone\r\ntwo\r\n");
        await EditAsync(new { command = "str_replace", path = "a.txt", old_str = "two", new_str = "2" });
        Assert.Equal([0xEF, 0xBB, 0xBF, .. "one\r\n2\r\n"u8], File.ReadAllBytes(InWork("a.txt")));
    }

    [Theory]
    [InlineData("/etc/passwd", "outside")]
    [InlineData("../beside.txt", "outside")]
    [InlineData("link/inside.txt", "outside")]
    [InlineData("chain/inside.txt", "outside")]
    [InlineData(".git/config", "git's own")]
    [InlineData("lib/../.GIT", "git's own")]
    [InlineData("loop", "too many links")]
    [InlineData("", "empty")]
    public async Task Paths_outside_of_the_worktree_are_refused(string path, string reason)
    {
        string outside = Directory.CreateDirectory(Path.Combine(Data.Root, "outside")).FullName;
        File.CreateSymbolicLink(InWork("link"), outside);
        File.CreateSymbolicLink(InWork("chain"), "link");
        File.CreateSymbolicLink(InWork("loop"), "loop");

        (string text, bool isError) = await EditAsync(new { command = "create", path, file_text = "x" });

        Assert.True(isError);
        Assert.Contains(reason, text);
        Assert.Empty(Directory.GetFileSystemEntries(outside));
    }

    [Theory]
    [InlineData("""{"command":"str_replace","path":"a.txt","old_str":"x","new_str":"y"}""", "more than once")]
    [InlineData("""{"command":"str_replace","path":"a.txt","old_str":"z","new_str":"y"}""", "is not in")]
    [InlineData("""{"command":"str_replace","path":"none.txt","old_str":"z","new_str":"y"}""", "There is no file")]
    [InlineData("""{"command":"view","path":"binary"}""", "not a UTF-8 text")]
    [InlineData("""{"command":"view","path":"a.txt","view_range":[9,10]}""", "must lie between")]
    [InlineData("""{"command":"insert","path":"a.txt","insert_line":"one"}""", "must be a whole number")]
    [InlineData("""{"command":"undo_edit","path":"a.txt"}""", "There is no command 'undo_edit'")]
    [InlineData("""{"path":5}""", "'path' is missing")]
    public async Task What_cannot_be_done_is_explained_to_the_model(string input, string reason)
    {
        File.WriteAllText(InWork("a.txt"), "x x\n");
        File.WriteAllBytes(InWork("binary"), [0xFF, 0xFE, 0x00]);

        (string text, bool isError) = await EditAsync(JsonSerializer.Deserialize<JsonElement>(input));

        Assert.True(isError);
        Assert.Contains(reason, text);
    }

    [Fact]
    public async Task The_shell_keeps_its_state_and_tells_exit_codes()
    {
        await using BashShell shell = Shell();
        Assert.Equal(("out\nerr", false), await RunAsync(shell, "mkdir sub; cd sub; X=1; echo out; echo err >&2"));
        Assert.Equal(("1 " + InWork("sub"), false), await RunAsync(shell, "echo $X $PWD"));
        Assert.Equal(("\nexit code 7", true), await RunAsync(shell, "(exit 7)"));
        Assert.Equal(("", false), await RunAsync(shell, "printf ''"));
        (string syntax, bool isError) = await RunAsync(shell, "if then");
        Assert.True(isError);
        Assert.Contains("syntax error", syntax);
    }

    [Fact]
    public async Task A_shell_that_ends_hangs_or_is_restarted_is_replaced()
    {
        await using BashShell shell = Shell(seconds: 5);
        (string ended, bool endedIsError) = await RunAsync(shell, "echo bye; exit 0");
        (string hung, bool hungIsError) = await RunAsync(shell, "echo waiting; sleep 1000 & wait");
        Assert.Equal(("", false), await RunAsync(shell, "Y=1"));
        await shell.RunAsync(new ToolInput(new JsonObject { ["restart"] = true }));

        Assert.StartsWith("bye\n", ended);
        Assert.StartsWith("waiting\n", hung);
        Assert.Contains("Ended after 5 s", hung);
        Assert.True(endedIsError && hungIsError);
        Assert.Equal(("unset", false), await RunAsync(shell, "echo ${Y-unset}"));
    }

    [Fact]
    public async Task Long_output_loses_its_middle_and_a_child_that_keeps_it_open_delays_nothing()
    {
        await using BashShell shell = Shell();
        (string text, bool isError) = await RunAsync(shell, "sleep 1000 & echo first; head -c 200000 /dev/zero | tr '\\0' x; echo; echo last");
        Assert.False(isError);
        Assert.StartsWith("first\nxxx", text);
        Assert.EndsWith("xxx\nlast", text);
        Assert.Contains("characters left out", text);
        Assert.InRange(text.Length, 30_000, 50_000);
    }

    private BashShell Shell(int seconds = 20) => new(Work, Directory.CreateDirectory(Data.Root).FullName, TimeSpan.FromSeconds(seconds), new ShellProcesses(takesInOrphans: false));

    private static async Task<(string, bool)> RunAsync(BashShell shell, string command)
    {
        (string output, bool isError) = await shell.RunAsync(new ToolInput(new JsonObject { ["command"] = command }));
        return (output.TrimEnd('\n'), isError);
    }

    private async Task<(string Text, bool IsError)> EditAsync(object input)
    {
        await using BashShell shell = Shell();
        var tools = new ToolBox(shell, new TextEditor(new WorktreePaths(Work)));
        JsonObject result = await tools.RunAsync(new JsonObject { ["id"] = "t1", ["name"] = "str_replace_based_edit_tool", ["input"] = JsonSerializer.SerializeToNode(input) });
        return ((string)result["content"]!, (bool)result["is_error"]!);
    }
}
