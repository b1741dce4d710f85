using System.Collections.Concurrent;
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
    private readonly BlockingCollection<Job> jobs = [];
    private readonly Thread thread;

    public Writer(Session session)
    {
        this.session = session;
        thread = new Thread(Loop) { IsBackground = true, Name = "journal" };
        thread.Start();
    }

    /// <summary>
    /// Runs the body in a transaction. What it adds to the effects is done after the commit, on the writer's thread and in
    /// order of commit, so that hand-overs in memory cannot overtake each other: effects must be short and never block.
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
        try
        {
            session.Execute("BEGIN IMMEDIATE");
            foreach (Job job in batch)
                Guarded(job);
            session.Execute("COMMIT");
        }
        catch (Exception error)
        {
            Rollback();
            foreach (Job job in batch)
                job.Fail(error);
            return;
        }

        foreach (Job job in batch)
            job.Committed();
    }

    private void Guarded(Job job)
    {
        session.Execute("SAVEPOINT job");
        try
        {
            job.Execute(session);
        }
        catch (Exception error)
        {
            job.Fault(error);
            session.Execute("ROLLBACK TO job");
        }

        session.Execute("RELEASE job");
    }

    private void Rollback()
    {
        try
        {
            session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself.
        }
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

        public override void Execute(Session session) => result = body(session, effects);

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
