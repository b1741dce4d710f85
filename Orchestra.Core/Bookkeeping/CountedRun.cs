using Orchestra.Core.Pipeline;

namespace Orchestra.Core.Bookkeeping;

/// <summary>One agent's run, as it is counted when it has ended.</summary>
/// <param name="Agent">The teammate, or the team where one process takes all roles.</param>
/// <param name="Mode">The client mode.</param>
/// <param name="Status">As of sessions.</param>
/// <param name="At">Its end; names the day.</param>
/// <param name="OutputLength">Bytes.</param>
/// <param name="Runs">0 for what was used beside the runs that are counted one by one.</param>
public sealed record CountedRun(string Agent, string Mode, string Status, DateTime At, RunUsage? Usage, long OutputLength, int Runs = 1);

/// <summary>What a session or a project adds to the tallies. A later entry of the same id takes the former one's place.</summary>
/// <param name="ExecutedAt">When the execution that it stands for ended; null for a part of one.</param>
public sealed record LedgerEntry(DateTime? ExecutedAt, IReadOnlyList<CountedRun> Runs);
