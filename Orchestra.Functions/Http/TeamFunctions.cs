using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Orchestra.Activities.Processes;
using Orchestra.Activities.Sessions;
using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.OpenApi;
using Orchestra.Functions.Upkeep;

namespace Orchestra.Functions.Http;

/// <summary>Reading and cancelling sessions: single ones and those of projects.</summary>
public sealed class TeamFunctions(ProjectStore store, OrchestraConfig config, SessionOutput output, DataFolder data, StrandedSessions strandedSessions)
{
    [Function("ListSessions")]
    [Api("Sessions, newest first.", Query = ["limit", "offset", "after/list", "team", "status", "since"])]
    public Task<IActionResult> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/teams")] HttpRequest request,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        ListRange range = Paging.Read(request, "sessions");
        ListPage<SessionRecord> page = await store.ListAllSessionsAsync(
            range, cancellationToken,
            new SessionFilter(ListQuery.Text(request, "team"), ListQuery.SessionStatus(request), ListQuery.Since(request)));
        Dictionary<string, ProjectRecord> projects = (await store.FindProjectsAsync([.. page.Items.Select(s => s.ProjectId).OfType<string>().Distinct()], cancellationToken))
            .ToDictionary(p => p.ProjectId, StringComparer.Ordinal);
        return Answers.Ok(new
        {
            Sessions = page.Items.Select(s => TeamViews.Summary(s, s.ProjectId is null ? null : projects.GetValueOrDefault(s.ProjectId), config)),
            page.Total,
            range.Limit,
            range.Offset,
            Next = Paging.Token("sessions", page.Next),
        });
    });

    [Function("ListTeamTemplates")]
    [Api("The teams of the configuration.")]
    public IActionResult Templates([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/teams/templates")] HttpRequest request) =>
        Answers.Ok(config.Teams.Definitions.Select(t => new
        {
            Name = t.Key,
            t.Value.Description,
            TeammateCount = t.Value.Teammates.Count,
            Teammates = t.Value.Teammates.Select(m => m.Name),
        }));

    [Function("GetSession")]
    [Api("A session with its tasks.")]
    public Task<IActionResult> Get(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/teams/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        FoundSession found = await FoundSession.ReadAsync(store, id, cancellationToken);
        IReadOnlyList<DecisionRecord> decisions = found.Session is { Budget: not null, ProjectId: { } project } ? await store.ListDecisionsAsync(project, cancellationToken) : [];
        SessionRecord session = found.Session with { Budget = BudgetGrants.Held(found.Session.Budget, decisions, id) };
        return Answers.Ok(TeamViews.Detail(session, found.Project, config, output));
    });

    [Function("ListSessionTasks")]
    [Api("A session's tasks, one per role.")]
    public Task<IActionResult> Tasks(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/teams/{id}/tasks")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        FoundSession found = await FoundSession.ReadAsync(store, id, cancellationToken);
        return Answers.Ok(TeamViews.Tasks(found.Session, config, output));
    });

    [Function("CancelSession")]
    [Api("Stops a session's agent; its work is kept.")]
    public Task<IActionResult> Cancel(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/teams/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Answers.GuardAsync(async () =>
    {
        FoundSession found = await FoundSession.ReadAsync(store, id, cancellationToken);
        if (!found.Session.IsRunning)
            throw new InputProblem("id", $"Session {id} is {found.Session.Status} already.", StatusCodes.Status409Conflict);
        // A project goes on with its other agents; one that was to mend or resolve is followed by a question.
        bool isFix = found.Session.FixKind is not null;
        await SessionCancel.AskAsync(data, client, found.Session, cancellationToken, isFix ? found.Project?.InstanceId ?? found.Session.ProjectId : null);
        if (!isFix && await strandedSessions.FindAsync(client, found.Session, cancellationToken) is { } stranded)
            await strandedSessions.EndAsync(client, stranded, cancellationToken);
        return Answers.Ok(new { Ok = true, SessionId = id });
    });
}
