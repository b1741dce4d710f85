using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Orchestra.ApiAgent.Tools;

/// <summary>Ends a shell with all that it started.</summary>
/// <param name="takesInOrphans">Whatever lost its parent has become a child of this process, which has no others than shells.</param>
internal sealed partial class ShellProcesses(bool takesInOrphans)
{
    private const int SetChildSubreaper = 36;
    private const int Kill = 9;
    private const int NoHang = 1;
    private const int MaxRounds = 500;
    private const int LooksWithoutAny = 2;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    /// <summary>From now on daemons, which else would go to init, can be found, whatever they did to their session, environment and folder.</summary>
    public static ShellProcesses TakeInOrphans() => new(OperatingSystem.IsLinux() && Control(SetChildSubreaper, 1, 0, 0, 0) == 0);

    /// <param name="shell">Its process id.</param>
    public async Task EndAsync(int shell)
    {
        int empty = 0;
        for (int round = 0; round < MaxRounds; round++)
        {
            List<Entry> members = Members(shell);
            foreach (Entry process in members.Where(p => p.IsZombie && p.Pid != shell && p.Parent == Environment.ProcessId))
                Wait(process.Pid, out _, NoHang);
            members.RemoveAll(p => p.IsZombie);
            // One look misses who is forked while it lasts.
            empty = members.Count == 0 ? empty + 1 : 0;
            if (empty == LooksWithoutAny) return;
            foreach (Entry process in members) Send(process.Pid, Kill);
            await Task.Delay(Poll);
        }
    }

    private List<Entry> Members(int shell)
    {
        List<Entry> all = [.. All()];
        ILookup<int, Entry> children = all.ToLookup(p => p.Parent);
        List<Entry> members = takesInOrphans ? [.. children[Environment.ProcessId]] : [.. all.Where(p => p.Pid == shell)];
        for (int i = 0; i < members.Count; i++) members.AddRange(children[members[i].Pid]);
        return members;
    }

    private static IEnumerable<Entry> All()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int pid) && Read(pid) is { } entry) yield return entry;
        }
    }

    private static Entry? Read(int pid)
    {
        try
        {
            // "pid (name) state parent ..."; the name may hold blanks and parentheses.
            string text = Encoding.Latin1.GetString(File.ReadAllBytes($"/proc/{pid}/stat"));
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Entry(pid, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[0] is "Z" or "X");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);

    // One that has just ended is no error.
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int Wait(int pid, out int status, int options);

    private sealed record Entry(int Pid, int Parent, bool IsZombie);
}
