using System.Text.Json.Nodes;
using Orchestra.Testing;

namespace Orchestra.Functions.Tests.Model;

/// <summary>What holds after whatever happened.</summary>
internal sealed class Invariants(OrchestraApi api, TestRepository repository, ModelUser user)
{
    /// <param name="byHand">Sessions that a person merged alone.</param>
    public async Task CheckAsync(JsonObject project, IReadOnlyList<ModelAgent> agents, IReadOnlySet<string> byHand)
    {
        string? landed = (string?)project["landed_commit"];
        Assert.Equal(landed is not null, (string)project["phase"]! == "completed" && (int)project["merged_count"]! > 0);
        JsonNode[] sessions = [.. project["sessions"]!.AsArray().Select(s => s!)];
        // Cancelled before anything was begun, a project has no sessions.
        Assert.True(sessions.Length == agents.Count || (sessions.Length == 0 && (string)project["phase"]! == "cancelled"), project.ToJsonString());
        foreach (JsonNode session in sessions)
        {
            string id = (string)session["session_id"]!;
            bool accepted = byHand.Contains(id) || (landed is not null && ((string?)session["merge_result"] ?? "").StartsWith("merged", StringComparison.Ordinal));
            await CheckSessionAsync(id, accepted, agents.Single(a => a.ToLaunch()["task"]!.ToString() == (string)session["task_description"]!));
        }

        if (landed is not null)
            CheckVerified(project, landed);
        foreach (string commit in user.Commits)
            Assert.True(IsAncestor(commit, "main"), $"The person's commit {commit} is gone from main.");
        Assert.Equal(user.Unsaved, user.Status());
        Assert.Equal("unsaved\n", File.ReadAllText(Path.Combine(repository.Folder, "person.txt")));
        Assert.Single(repository.Git("worktree", "list", "--porcelain").Split('\n'), l => l.StartsWith("worktree ", StringComparison.Ordinal));
        repository.Git("fsck", "--connectivity-only", "--no-dangling");
    }

    private async Task CheckSessionAsync(string id, bool accepted, ModelAgent agent)
    {
        JsonNode session = (await api.GetAsync($"/api/teams/{id}")).Body;
        string? head = (string?)session["head_commit"];
        if (head is null || head == (string?)session["base_commit"])
            return;
        Assert.True(IsAncestor(head, "main") == accepted, $"{session.ToJsonString()} is {(accepted ? "not " : "")}on main.");
        Assert.Equal(accepted, Tree("main").Contains(agent.OwnFile));
        Assert.True(
            new[] { $"refs/heads/team/{id}", $"refs/orchestra/kept/{id}" }.Any(name => IsAncestor(head, name)), $"No ref holds {head} of session {id}.");
        if (!accepted)
            Assert.True(IsAncestor(head, $"refs/orchestra/kept/{id}"), $"The work of session {id} is not kept.");
    }

    /// <summary>The landed tree is one that passed both gates.</summary>
    private void CheckVerified(JsonObject project, string landed)
    {
        Assert.True(IsAncestor(landed, "main"));
        string tree = repository.Git("rev-parse", $"{landed}^{{tree}}");
        foreach (string kind in new[] { "build", "test" }.Where(kind => project[$"{kind}_command"] is not null))
        {
            Assert.Contains(project["gates"]!.AsArray(), g =>
                (string)g!["kind"]! == kind && (bool)g["success"]! && repository.Git("rev-parse", $"{(string)g["commit"]!}^{{tree}}") == tree);
        }
    }

    public string[] Tree(string commit) => repository.Git("ls-tree", "--name-only", commit).Split('\n');

    private bool IsAncestor(string commit, string of) =>
        repository.Git("for-each-ref", of.StartsWith("refs/", StringComparison.Ordinal) ? of : $"refs/heads/{of}", "--contains", commit).Length > 0;
}
