using System.Text;
using Microsoft.Extensions.Logging;

namespace Orchestra.Activities.Processes;

/// <summary>
/// Everything that a run started, also what left its process group: children that called setsid or were handed to init
/// still carry the run's marker in their environment; who cleared the environment too is known by the working folder.
/// </summary>
/// <param name="ownFolder">Whoever works in it belongs to the run; null: the run works where others do, too.</param>
internal sealed class ProcessTree(string runId, string? ownFolder, TimeProvider time, ILogger logger)
{
    /// <summary>The variable that marks every process of a run.</summary>
    public const string Marker = "ORCHESTRA_RUN";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    private const int KillRounds = 500;
    private const int LooksWithoutAny = 2;

    private readonly byte[] exactMarker = Encoding.UTF8.GetBytes($"{Marker}={runId}");
    private readonly byte[] anyMarker = Encoding.UTF8.GetBytes($"{Marker}=");
    private readonly string? folder = ownFolder is null ? null : Path.TrimEndingDirectorySeparator(ownFolder);

    /// <summary>Ends all processes of the run: SIGTERM, after the grace SIGKILL, again until none is left.</summary>
    /// <param name="supervisor">The session's leader, as long as its number is known to be the run's.</param>
    public async Task EndAsync(int? supervisor, TimeSpan grace)
    {
        // What a child of ours forks while it dies is found by parentage even when it hides marker and folder.
        HashSet<(int, ulong)> known = [];
        await RoundsAsync(Signals.Terminate, (int)(grace / Poll), supervisor, known, resend: false);
        await RoundsAsync(Signals.Kill, KillRounds, supervisor, known, resend: true);

        IReadOnlyList<ProcessEntry> alive = Members(supervisor, known);
        if (alive.Count > 0)
            Log.ProcessesLeft(logger, runId, string.Join(", ", alive.Select(p => p.Pid)));
    }

    private async Task RoundsAsync(int signal, int rounds, int? supervisor, HashSet<(int, ulong)> known, bool resend)
    {
        HashSet<(int, ulong)> signalled = [];
        int empty = 0;
        for (int round = 0; round < rounds; round++)
        {
            IReadOnlyList<ProcessEntry> alive = Members(supervisor, known);
            // One look misses who is forked while it lasts, and who has no environment yet because it is just being executed.
            if (alive.Count == 0 && ++empty == LooksWithoutAny) return;
            if (alive.Count > 0) empty = 0;
            foreach (ProcessEntry process in alive)
            {
                known.Add((process.Pid, process.StartTicks));
                if (signalled.Add((process.Pid, process.StartTicks)) || resend)
                    Signals.Send(process.Pid, signal);
            }
            await Task.Delay(Poll, time, CancellationToken.None);
        }
    }

    private List<ProcessEntry> Members(int? supervisor, HashSet<(int, ulong)> known)
    {
        IReadOnlyList<ProcessEntry> all = ProcessTable.All();
        Dictionary<int, ProcessEntry> byPid = all.ToDictionary(p => p.Pid);
        HashSet<int> spared = SelfAndAncestors(byPid);

        HashSet<int> members = [.. all.Where(p => !spared.Contains(p.Pid) && !p.IsZombie && Belongs(p, supervisor, known, spared)).Select(p => p.Pid)];
        ILookup<int, ProcessEntry> children = all.ToLookup(p => p.Parent);
        Queue<int> open = new(members);
        while (open.TryDequeue(out int parent))
        {
            foreach (ProcessEntry child in children[parent])
            {
                if (!spared.Contains(child.Pid) && !child.IsZombie && members.Add(child.Pid))
                    open.Enqueue(child.Pid);
            }
        }
        return [.. members.Select(pid => byPid[pid])];
    }

    private bool Belongs(ProcessEntry process, int? supervisor, HashSet<(int, ulong)> known, HashSet<int> spared)
    {
        if (known.Contains((process.Pid, process.StartTicks))) return true;
        if (supervisor is { } leader && (process.Session == leader || process.Group == leader)) return true;
        byte[]? environment = ProcessTable.Environment(process.Pid);
        if (environment is null) return false;
        return Contains(environment, exactMarker, whole: true)
            || ((Contains(environment, anyMarker, whole: false) || IsOrphan(process, spared)) && IsInside(ProcessTable.WorkingFolder(process.Pid)));
    }

    /// <summary>Has lost its parent and has no terminal, as a daemon; a person's shell or editor in the folder is none.</summary>
    private static bool IsOrphan(ProcessEntry process, HashSet<int> spared) =>
        // Orphans go to init or to another ancestor of ours that takes them in.
        process.Terminal == 0 && process.Parent != System.Environment.ProcessId && spared.Contains(process.Parent);

    private bool IsInside(string? path) =>
        path is not null && folder is not null && (path == folder || path.StartsWith(folder + '/', StringComparison.Ordinal));

    private static HashSet<int> SelfAndAncestors(Dictionary<int, ProcessEntry> byPid)
    {
        HashSet<int> spared = [1];
        int pid = System.Environment.ProcessId;
        while (spared.Add(pid) && byPid.TryGetValue(pid, out ProcessEntry? entry)) pid = entry.Parent;
        return spared;
    }

    private static bool Contains(byte[] environment, ReadOnlySpan<byte> marker, bool whole)
    {
        ReadOnlySpan<byte> rest = environment;
        while (rest.Length > 0)
        {
            int end = rest.IndexOf((byte)0);
            ReadOnlySpan<byte> entry = end < 0 ? rest : rest[..end];
            if (whole ? entry.SequenceEqual(marker) : entry.StartsWith(marker)) return true;
            rest = end < 0 ? [] : rest[(end + 1)..];
        }
        return false;
    }
}
