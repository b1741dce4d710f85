using Microsoft.AspNetCore.Http;
using Orchestra.Core;
using Orchestra.Core.Events;
using Orchestra.Functions.Http;

namespace Orchestra.Functions.Events;

/// <summary>Which events somebody asks for.</summary>
/// <param name="After">The number behind which they begin.</param>
/// <param name="ProjectId">Only this project's.</param>
/// <param name="Types">Names of events or types of messages; empty: all.</param>
internal sealed record EventQuery(long After, string? ProjectId, IReadOnlySet<string> Types)
{
    /// <summary>The client named the place; it has seen what comes before.</summary>
    public bool IsPlaced { get; init; }

    public static EventQuery Read(HttpRequest request, string? lastEventId = null)
    {
        string? project = ListQuery.Text(request, "project");
        if (project is not null && !Ids.IsValid(project))
            throw ListQuery.Bad("project", "Must be the id of a project.");
        HashSet<string> types = [.. (ListQuery.Text(request, "types") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        string? unknown = types.FirstOrDefault(t => !EventNames.All.Contains(t) && !EventTypes.All.Contains(t));
        if (unknown is not null)
            throw ListQuery.Bad("types", $"'{unknown}' is neither an event nor a type. Known are: {string.Join(", ", EventNames.All.Concat(EventTypes.All))}.");
        return new EventQuery(
            lastEventId is null ? ListQuery.Number(request, "after", 0, 0, long.MaxValue) : ListQuery.Number("Last-Event-ID", lastEventId, 0, long.MaxValue), project, types)
        {
            IsPlaced = lastEventId is not null || ListQuery.Text(request, "after") is not null,
        };
    }

    public bool Matches(NewEvent e) =>
        (ProjectId is null || e.ProjectId == ProjectId)
        && ((e.Name is not null && Types.Contains(e.Name))
            || (!IsMuch(e) && (Types.Count == 0 || Types.Contains(e.Type)))
            || (e.Name is null && Types.Contains(e.Type)));

    private static bool IsMuch(NewEvent e) => EventTypes.OnlyByName.Contains(e.Type) || (e.Name is not null && EventNames.OnlyByName.Contains(e.Name));
}
