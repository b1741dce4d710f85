using Microsoft.DurableTask.Client;

namespace Orchestra.DurableTask.Journal;

/// <summary>Leases: one expiry per process covers all that it holds, so that renewing them is one small update.</summary>
internal static class LeaseStore
{
    public static void Register(Session session, string me, ProcessIdentity process, long expires)
        => session.Execute(
            "INSERT INTO owners (id, pid, started, boot, expires) VALUES (?1, ?2, ?3, ?4, ?5)",
            me, process.Pid, process.Started, process.Boot, expires);

    /// <summary>False: another process has declared this one dead and taken its leases.</summary>
    public static bool Renew(Session session, string me, long expires)
        => session.Execute("UPDATE owners SET expires = ?2 WHERE id = ?1", me, expires) == 1;

    /// <summary>
    /// Gives up everything, at once visible to others; except the work that still runs and would not stop: that stays leased until
    /// its process is gone or the lease expires, for nobody else may run it meanwhile.
    /// </summary>
    public static void Release(Session session, string owner, bool died, IReadOnlyCollection<long>? stillRunning = null)
    {
        session.Execute("UPDATE instances SET owner = NULL, epoch = epoch + 1, attempts = max(attempts, ?2) WHERE owner = ?1", owner, died ? 1 : 0);
        session.Execute("UPDATE inbox SET via = NULL WHERE via = ?1", owner);
        foreach (long seq in stillRunning ?? [])
            session.Execute("UPDATE work SET owner = ?2 || '!' WHERE seq = ?1 AND owner = ?2", seq, owner);
        session.Execute("UPDATE work SET owner = NULL, suspect = max(suspect, ?2) WHERE owner = ?1", owner, died ? 1 : 0);
        if (stillRunning is { Count: > 0 })
            session.Execute("UPDATE work SET owner = ?1 WHERE owner = ?1 || '!'", owner);
        else
            session.Execute("DELETE FROM owners WHERE id = ?1", owner);
    }

    /// <summary>Gives up one instance, if it is still this lease's.</summary>
    public static void ReleaseInstance(Session session, string owner, string instanceId, long epoch)
    {
        if (session.Execute("UPDATE instances SET owner = NULL, epoch = epoch + 1 WHERE id = ?1 AND owner = ?2 AND epoch = ?3", instanceId, owner, epoch) == 1)
            session.Execute("UPDATE inbox SET via = NULL WHERE instance_id = ?1", instanceId);
    }

    /// <summary>Frees what is held in the name of owners that have no entry; nothing should be, but then it would be stuck for ever.</summary>
    public static void ReleaseOrphans(Session session)
    {
        var names = session.Query(
            "SELECT owner FROM instances WHERE owner IS NOT NULL AND owner NOT IN (SELECT id FROM owners) UNION SELECT owner FROM work WHERE owner IS NOT NULL AND owner NOT IN (SELECT id FROM owners)",
            row => row.GetString(0));
        foreach (string name in names)
            Release(session, name, died: true);
    }

    /// <summary>Owners that are past their expiry or whose process is provably gone.</summary>
    public static List<string> FindDead(Session session, string me, long now)
        => [.. session.Query(
                "SELECT id, pid, started, boot, expires FROM owners WHERE id <> ?1",
                row => (Id: row.GetString(0), Process: new ProcessIdentity(row.GetInt64(1), row.GetString(2), row.GetString(3)), Expires: row.GetInt64(4)),
                me)
            .Where(owner => owner.Expires <= now || owner.Process.IsProvablyDead())
            .Select(owner => owner.Id)];

    /// <summary>Frees what dead owners hold.</summary>
    public static int ReleaseDead(Session session, string me, long now)
    {
        List<string> dead = FindDead(session, me, now);
        foreach (string owner in dead)
            Release(session, owner, died: true);
        return dead.Count;
    }

    /// <summary>Takes what nobody holds, but for instances of versions that it rejects, and all messages for this owner that have not been handed to it yet.</summary>
    public static Claim TakeFree(Session session, string me, Func<string, bool> rejects)
    {
        var claim = new Claim();
        List<string> versions = session.Query("SELECT DISTINCT version FROM instances WHERE owner IS NULL AND status IN (0, 6, 7)", row => row.GetString(0));
        foreach (string version in versions.Where(version => !rejects(version)))
        {
            claim.Instances.AddRange(session.Query(
                "UPDATE instances SET owner = ?1, epoch = epoch + 1 WHERE owner IS NULL AND status IN (0, 6, 7) AND version = ?2 RETURNING id, epoch, attempts",
                row => (row.GetString(0), row.GetInt64(1), row.GetInt32(2)),
                me, version));
        }

        claim.Messages.AddRange(session.Query(
            """
            UPDATE inbox SET via = ?1 WHERE via IS NULL AND instance_id IN (SELECT id FROM instances WHERE owner = ?1)
            RETURNING seq, instance_id, execution_id, visible_at, body, payload
            """,
            row => new Message(row.GetInt64(0), row.GetString(1), row.Text(2), row.GetInt64(3), JournalEvent.Parse(row.Bytes(4)) with { Payload = row.Number(5) }),
            me));
        claim.Messages.Sort((a, b) => a.Seq.CompareTo(b.Seq));
        claim.Work.AddRange(session.Query(
            "UPDATE work SET owner = ?1 WHERE owner IS NULL RETURNING seq, instance_id, execution_id, task_id, name, version, input, attempts, suspect, payload",
            row => new WorkItem(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetString(4), row.GetString(5), row.Text(6))
            {
                Attempts = row.GetInt32(7),
                Suspect = row.GetInt32(8) != 0,
                Payload = row.Number(9),
            },
            me));
        claim.Work.Sort((a, b) => a.Seq.CompareTo(b.Seq));
        return claim;
    }
}

/// <summary>What a process has newly taken.</summary>
internal sealed class Claim
{
    public List<(string Id, long Epoch, int Attempts)> Instances { get; } = [];

    public List<Message> Messages { get; } = [];

    public List<WorkItem> Work { get; } = [];
}
