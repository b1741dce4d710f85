using Microsoft.DurableTask;
using Orchestra.Core;
using Orchestra.Core.Pipeline;

namespace Orchestra.Functions.Orchestrators;

/// <summary>The teammates of a team that only read, all at once, each in a worktree of its own. Their texts are the result; what one changes all the same is kept, not taken.</summary>
internal sealed class TeamAtOnce(SessionRun run, IReadOnlyList<TeammatePlan> teammates)
{
    public async Task RunAsync()
    {
        run.Expect(teammates);
        for (int i = 0; i < teammates.Count; i++)
            run.Note(i, run.Session.Tasks[i] with { Status = "running", StartedAt = run.Context.CurrentUtcDateTime });
        await run.SaveAsync();
        List<Task> open = [.. teammates.Select((_, i) => RunAsync(i))];
        while (open.Count > 0)
        {
            // One save after the other: two at a time could overtake each other.
            Task first = await Task.WhenAny(open);
            open.Remove(first);
            await first;
            await run.SaveAsync();
        }

        SessionTask? failed = run.Session.Tasks.FirstOrDefault(t => t.Status != "completed");
        run.Session = run.Session with
        {
            Status = failed?.Status ?? "no_change",
            Error = failed is null ? null : string.Join("; ", run.Session.Tasks.Where(t => t.Error is not null).Select(t => $"{t.Teammate}: {t.Error}")),
            HeadCommit = run.Session.BaseCommit,
        };
    }

    private async Task RunAsync(int i)
    {
        string id = run.Session.Tasks[i].Id;
        try
        {
            LaidOutWorktree worktree = await run.Context.CallActivityAsync<LaidOutWorktree>(
                ActivityNames.LayOutFix, new LayOutFixInput(run.Session.RepoPath, id, run.Session.BaseCommit!), Retries.Git);
            RunResult result = await run.RunBesideAsync(id, worktree.Path, Messages.ReaderPrompt(run.Agent, teammates[i]), teammates[i]);
            string? kept = await run.Context.CallActivityAsync<string?>(
                ActivityNames.KeepWork,
                new KeepWorkInput(run.Session.RepoPath, id, worktree.Path, run.Context.CurrentUtcDateTime, run.Session.BaseCommit), Retries.Git);
            await run.Context.CallActivityAsync(ActivityNames.CleanUp, new CleanUpInput(run.Session.RepoPath, id, [worktree.Path], WithGates: false), Retries.Git);
            run.Conclude(i, result, kept);
        }
        catch (TaskFailedException e)
        {
            run.Note(i, run.Session.Tasks[i] with { Status = "failed", Error = e.FailureDetails.ErrorMessage, CompletedAt = run.Context.CurrentUtcDateTime });
        }
    }
}
