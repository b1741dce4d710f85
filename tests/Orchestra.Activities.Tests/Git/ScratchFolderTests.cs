using System.Diagnostics;
using Orchestra.Activities.Git;
using Orchestra.Activities.Processes;

namespace Orchestra.Activities.Tests.Git;

public sealed class ScratchFolderTests : IDisposable
{
    private readonly string place = Directory.CreateTempSubdirectory("orchestra-place-").FullName;

    [Fact]
    public void What_a_killed_process_left_is_taken_away_and_nothing_else()
    {
        string own = ScratchFolder.Create();
        string name = Path.GetFileName(own);
        using Process other = Process.Start("/bin/sleep", "600");
        string living = Folder(Named(name, other.Id, ProcessTable.Find(other.Id)!.StartTicks));
        string reused = Folder(Named(name, other.Id, 1));
        string elsewhere = Folder(Named(name, other.Id, 1).Replace("scratch-", "scratch-9", StringComparison.Ordinal));
        string foreign = Folder("orchestra-scratch-notes");

        ScratchFolder.Sweep(place);

        Assert.Equal([true, false, true, true], new[] { living, reused, elsewhere, foreign }.Select(Directory.Exists));
        other.Kill();
        other.WaitForExit();
        ScratchFolder.Sweep(place);
        Assert.False(Directory.Exists(living));
        Assert.True(Directory.Exists(own));
        Directory.Delete(own);
    }

    public void Dispose() => Directory.Delete(place, recursive: true);

    private string Folder(string name)
    {
        string folder = Path.Combine(place, name);
        Directory.CreateDirectory(Path.Combine(folder, "ab"));
        File.WriteAllText(Path.Combine(folder, "ab", "object"), "x");
        return folder;
    }

    private static string Named(string name, int pid, ulong ticks)
    {
        string[] parts = name.Split('-');
        (parts[3], parts[4]) = ($"{pid}", $"{ticks}");
        return string.Join('-', parts);
    }
}
