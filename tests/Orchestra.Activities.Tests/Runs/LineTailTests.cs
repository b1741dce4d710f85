using System.Text;
using Orchestra.Activities.Processes;

namespace Orchestra.Activities.Tests.Runs;

public sealed class LineTailTests : RunFixture
{
    [Fact]
    public void Lines_are_read_once_each_as_they_are_completed()
    {
        LineTail tail = new(InWork("log"), 1000);
        Assert.Empty(Next(tail));
        File.WriteAllText(InWork("log"), "one\ntw");
        Assert.Equal(["0:one"], Next(tail));
        File.AppendAllText(InWork("log"), "o\n\nthree");
        Assert.Equal(["4:two", "8:"], Next(tail));
        Assert.Equal(["9:three"], Next(tail, ended: true));
        Assert.Empty(Next(tail, ended: true));
    }

    [Fact]
    public void A_line_that_is_too_long_is_reported_empty_and_the_next_one_whole()
    {
        LineTail tail = new(InWork("log"), 1000);
        File.WriteAllText(InWork("log"), new string('x', 300_000) + "\nnext\n" + new string('y', 1000) + "\n");

        Assert.Equal(["0:", "300001:next", "300006:" + new string('y', 1000)], Next(tail));
    }

    private static List<string> Next(LineTail tail, bool ended = false)
    {
        List<string> lines = [];
        tail.Read((line, start) => lines.Add($"{start}:{Encoding.UTF8.GetString(line)}"), ended);
        return lines;
    }
}
