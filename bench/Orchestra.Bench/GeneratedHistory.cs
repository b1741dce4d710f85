using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Bench;

/// <summary>Ended projects with ten sessions each, a minute apart.</summary>
internal static class GeneratedHistory
{
    private const int SessionsEach = 10;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Their ids, oldest first.</summary>
    public static async Task<string[]> FillAsync(ITableStore tables, int projects)
    {
        var gathered = new GatheredWrites(tables);
        var store = new ProjectStore(gathered);
        var ids = new string[projects];
        for (int i = 0; i < projects; i++)
        {
            ids[i] = Ids.At(Start.AddMinutes(i), $"{i:x6}");
            await store.SaveProjectAsync(Project(ids[i], i), default);
            for (int s = 0; s < SessionsEach; s++)
                await store.SaveSessionAsync(Session(ids[i], i, s), default);
        }

        await gathered.FlushAsync();
        return ids;
    }

    public static string SessionOf(int project, int session) => Ids.At(Start.AddMinutes(project).AddSeconds(session), $"{project * SessionsEach + session:x6}");

    private static ProjectRecord Project(string id, int number) => new()
    {
        ProjectId = id,
        ProjectName = $"project {number}",
        RepoPath = "/src/repository",
        BuildCommand = "make",
        Phase = Phases.Completed,
        AgentCount = SessionsEach,
        CompletedCount = SessionsEach,
        MergedCount = SessionsEach,
        MergeOrder = [.. Enumerable.Range(0, SessionsEach).Select(s => SessionOf(number, s))],
        StartedAt = Start.AddMinutes(number).UtcDateTime,
        TargetBranch = "main",
    };

    private static SessionRecord Session(string projectId, int project, int number) => new()
    {
        SessionId = SessionOf(project, number),
        ProjectId = projectId,
        TeamName = number % 2 == 0 ? "feature-dev" : "review",
        TaskDescription = new string('x', 300),
        Status = "completed",
        RepoPath = "/src/repository",
        FilesChanged = ["src/a.cs", "src/b.cs", "src/c.cs"],
        ExitCode = 0,
    };
}
