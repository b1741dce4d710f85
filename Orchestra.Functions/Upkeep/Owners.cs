using Microsoft.DurableTask.Client;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;

namespace Orchestra.Functions.Upkeep;

/// <summary>Whether the session or project that something was made for still needs it.</summary>
internal sealed class Owners(ProjectStore store, DurableTaskClient client)
{
    /// <summary>Why nobody needs what is the owner's any more; null when somebody does.</summary>
    /// <param name="kind">The kind of leftover: a retry needs branches, but makes worktrees anew.</param>
    public async Task<string?> EndOfAsync(string? id, string kind, CancellationToken cancellationToken)
    {
        if (id is null)
            return "its name tells no owner";
        if (await store.FindSessionAsync(id, cancellationToken) is { } session)
            return await EndOfSessionAsync(session, kind, cancellationToken);
        if (await store.FindProjectAsync(id, cancellationToken) is { } project)
            return EndOfProject(project, kind);
        // An orchestration makes a worktree before it first says so.
        OrchestrationMetadata? instance = await client.GetInstanceAsync(id, cancellationToken);
        return instance is { IsCompleted: false } ? null : "its owner is unknown";
    }

    /// <summary>Whether something may still happen for the session or project; what is unknown to store and runtime is over.</summary>
    public async Task<bool> IsActiveAsync(string? id, CancellationToken cancellationToken)
    {
        if (id is null)
            return false;
        SessionRecord? session = await store.FindSessionAsync(id, cancellationToken);
        if (session?.IsRunning == true)
            return true;
        if ((session is null || session.ProjectId is not null)
            && await store.FindProjectAsync(session?.ProjectId ?? id, cancellationToken) is { } project)
            return !Phases.IsFinal(project.Phase);
        return session is null && await client.GetInstanceAsync(id, cancellationToken) is { IsCompleted: false };
    }

    private async Task<string?> EndOfSessionAsync(SessionRecord session, string kind, CancellationToken cancellationToken)
    {
        if (session.MergeResult is { } result)
            return $"session {session.SessionId} is {result}";
        if (session.ProjectId is null)
            return null; // running, or waiting for a person to merge or discard it
        return await store.FindProjectAsync(session.ProjectId, cancellationToken) is { } project
            ? EndOfProject(project, kind)
            : $"project {session.ProjectId} is unknown";
    }

    private static string? EndOfProject(ProjectRecord project, string kind) =>
        project.Phase == Phases.Completed || (kind == "worktree" && Phases.IsFinal(project.Phase)) ? $"project {project.ProjectId} is {project.Phase}" : null;
}
