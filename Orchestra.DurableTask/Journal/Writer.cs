using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Orchestra.DurableTask.Journal;

/// <summary>
/// The one thread that writes. It takes all that is queued into one transaction, so that many turns share one fsync;
/// a savepoint around each keeps the failure of one from spoiling the others.
/// </summary>
internal sealed class Writer : IDisposable
{
    private const int MaxBatch = 1000;

    private readonly Session session;
    private readonly EmbeddedOptions options;
    private readonly Action<int, long>? measure;
    private readonly BlockingCollection<Job> jobs = [];
    private readonly Thread thread;

    /// <param name="measure">Told after each transaction: how many jobs it had and when, by the stopwatch, it began.</param>
    public Writer(Session session, EmbeddedOptions options, Action<int, long>? measure = null)
    {
        this.measure = measure;
        this.session = session;
        this.options = options;
        thread = new Thread(Loop) { IsBackground = true, Name = "journal" };
        thread.Start();
    }

    /// <summary>
    /// Runs the body in a transaction. What it adds to the effects is done after the commit, on the writer's thread and in
    /// order of commit, so that hand-overs in memory cannot overtake each other: effects must be short and never block.
    /// The body may run again when what it was batched with could not be written.
    /// </summary>
    public Task<T> Run<T>(Func<Session, List<Action>, T> body) => Add(new Job<T>(body, transacted: true));

    /// <summary>Runs a query outside any transaction.</summary>
    public Task<T> Probe<T>(Func<Session, T> body) => Add(new Job<T>((s, _) => body(s), transacted: false));

    public void Dispose()
    {
        jobs.CompleteAdding();
        thread.Join();
        jobs.Dispose();
    }

    private Task<T> Add<T>(Job<T> job)
    {
        try
        {
            jobs.Add(job);
        }
        catch (InvalidOperationException)
        {
            return Task.FromException<T>(new ObjectDisposedException("journal"));
        }

        return job.Task;
    }

    private void Loop()
    {
        var batch = new List<Job>();
        foreach (Job first in jobs.GetConsumingEnumerable())
        {
            batch.Clear();
            Job? next = first;
            do
            {
                if (next.Transacted)
                    batch.Add(next);
                else
                    next.Alone(session);
            }
            while (batch.Count < MaxBatch && jobs.TryTake(out next));

            if (batch.Count > 0)
                Commit(batch);
        }
    }

    private void Commit(List<Job> batch)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            session.BeginImmediate(options.LockPatience);
            foreach (Job job in batch)
                Guarded(job);
            session.Execute("COMMIT");
            measure?.Invoke(batch.Count, start);
        }
        catch (Exception error)
        {
            Rollback();
            if (batch.Count == 1 || IsBusy(error))
                batch.ForEach(job => job.Fail(Explained(error)));
            else
                batch.ForEach(job => Commit([job]));
            return;
        }

        foreach (Job job in batch)
            job.Committed();
    }

    /// <summary>Then nobody can write; else what was too much together may be possible, at least in part, one by one.</summary>
    private static bool IsBusy(Exception error) => error is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_BUSY };

    private Exception Explained(Exception error) => error is SqliteException sqlite ? JournalException.From(sqlite, options.Path) : error;

    private void Guarded(Job job)
    {
        session.Execute("SAVEPOINT job");
        try
        {
            job.Execute(session);
        }
        catch (Exception error)
        {
            // With the transaction all of the batch is gone, not this job alone.
            if (!session.InTransaction)
                throw;
            job.Fault(Explained(error));
            session.Execute("ROLLBACK TO job");
        }

        session.Execute("RELEASE job");
    }

    private void Rollback()
    {
        if (session.InTransaction)
            session.Execute("ROLLBACK");
    }

    private abstract class Job(bool transacted)
    {
        public bool Transacted => transacted;

        public abstract void Execute(Session session);

        public abstract void Alone(Session session);

        public abstract void Fault(Exception error);

        public abstract void Fail(Exception error);

        public abstract void Committed();
    }

    private sealed class Job<T>(Func<Session, List<Action>, T> body, bool transacted) : Job(transacted)
    {
        private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<Action> effects = [];
        private Exception? fault;
        private T? result;

        public Task<T> Task => done.Task;

        public override void Execute(Session session)
        {
            fault = null;
            effects.Clear();
            result = body(session, effects);
        }

        public override void Alone(Session session)
        {
            try
            {
                Execute(session);
                Committed();
            }
            catch (Exception error)
            {
                Fail(error);
            }
        }

        public override void Fault(Exception error) => fault = error;

        public override void Fail(Exception error) => done.TrySetException(error);

        public override void Committed()
        {
            if (fault is not null)
            {
                done.TrySetException(fault);
                return;
            }

            try
            {
                foreach (Action effect in effects)
                    effect();
                done.TrySetResult(result!);
            }
            catch (Exception error)
            {
                done.TrySetException(error);
            }
        }
    }
}
