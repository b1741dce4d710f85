using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.Activities.Processes;
using Orchestra.Core;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Storage;
using Orchestra.Functions.Telemetry;

namespace Orchestra.Functions.Http;

/// <summary>Starts the next orchestration instance of a project that has ended, with the plan of the one before it.</summary>
internal sealed class NewInstance(ProjectStore store, DataFolder data, DurableTaskClient client)
{
    // Two at once of one project would start the same instance; the second must see the first one's.
    private static readonly SemaphoreSlim OneAtATime = new(1);

    public static async Task<T> AloneAsync<T>(Func<Task<T>> start, CancellationToken cancellationToken)
    {
        await OneAtATime.WaitAsync(cancellationToken);
        try
        {
            return await start();
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    /// <summary>What the project was run with last.</summary>
    public async Task<ProjectPlan> PlanAsync(ProjectRecord project, CancellationToken cancellationToken)
    {
        OrchestrationMetadata? ended = await client.GetInstanceAsync(project.InstanceId ?? project.ProjectId, getInputsAndOutputs: true, cancellationToken);
        return ended?.ReadInputAs<ProjectPlan>()
            ?? throw Refusal($"The plan of project {project.ProjectId} is gone, because its history was purged. Launch it again.");
    }

    /// <param name="record">The project as it is from now on, its new instance named in it.</param>
    public async Task StartAsync(
        string orchestrator, ProjectPlan plan, ProjectRecord ended, ProjectRecord record, IReadOnlyList<SessionHead> sessions, CancellationToken cancellationToken,
        IReadOnlyList<AgentPlan>? added = null)
    {
        string id = ended.ProjectId;
        record = record with { TraceLink = SpanTeller.Current };
        if (await client.GetInstanceAsync(record.InstanceId!, cancellationToken) is not null)
            throw Refusal($"Project {id} is under way already.");
        // A cancelled project's mark would end the new run's agents at once; while the project is at its end nobody needs it.
        data.RemoveCancelMark(id);
        // The orchestration first: its own first step stores the record too, should we die before we can.
        await client.ScheduleNewOrchestrationInstanceAsync(
            orchestrator, plan with { Resume = new ResumePoint(record.InstanceId!, record, sessions, added), Rules = PipelineRules.Newest },
            new StartOrchestrationOptions(record.InstanceId!), cancellationToken);
        await store.UpdateProjectAsync(id, now => now.InstanceId == ended.InstanceId ? record : null, CancellationToken.None);
    }

    public static InputProblem Refusal(string message) => new("id", message, StatusCodes.Status409Conflict);
}
