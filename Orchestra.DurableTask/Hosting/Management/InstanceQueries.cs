using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.DurableTask.Engine;

namespace Orchestra.DurableTask.Hosting;

/// <summary>Status, listing and purging.</summary>
internal static class InstanceQueries
{
    private const string ContinuationHeader = "x-ms-continuation-token";

    public static async Task GetAsync(ManagementRequest request)
    {
        if (await request.Client.GetInstanceAsync(request.InstanceId, getInputsAndOutputs: true, request.Cancellation) is not { } instance)
        {
            request.Answer(StatusCodes.Status404NotFound);
            return;
        }

        bool showInput = request.Flag("showInput", otherwise: true);
        JsonArray? history = request.Flag("showHistory", otherwise: false)
            ? HistoryPayload.Of([.. await request.Client.GetOrchestrationHistoryAsync(request.InstanceId, request.Cancellation)], showInput, request.Flag("showHistoryOutput", otherwise: false))
            : null;
        JsonObject payload = StatusPayload.Of(instance, showInput, history);
        int status = StatusCodes.Status200OK;
        if (!instance.IsCompleted)
        {
            status = StatusCodes.Status202Accepted;
            request.Http.Response.Headers.Location = request.Http.Request.GetEncodedUrl();
            request.Http.Response.Headers.RetryAfter = "5";
        }
        else if (instance.RuntimeStatus == OrchestrationRuntimeStatus.Failed && request.Flag("returnInternalServerErrorOnFailure", otherwise: false))
        {
            status = StatusCodes.Status500InternalServerError;
        }

        await request.AnswerAsync(status, payload);
    }

    public static async Task ListAsync(ManagementRequest request)
    {
        int size = OrchestrationQuery.DefaultPageSize;
        if (request.Query("top") is { } top && (!int.TryParse(top, NumberStyles.None, CultureInfo.InvariantCulture, out size) || size <= 0))
            throw new ArgumentException("'top' must be a positive whole number.");
        bool showInput = request.Flag("showInput", otherwise: true);
        // An addition of ours: the genuine API begins with what is oldest.
        OrchestrationQuery order = request.Flag("newestFirst", otherwise: false) ? new NewestFirstQuery() : new OrchestrationQuery();
        OrchestrationQuery query = order with
        {
            CreatedFrom = request.Time("createdTimeFrom"),
            CreatedTo = request.Time("createdTimeTo"),
            Statuses = request.Statuses(),
            InstanceIdPrefix = request.Query("instanceIdPrefix"),
            PageSize = size,
            FetchInputsAndOutputs = true,
            ContinuationToken = request.Http.Request.Headers[ContinuationHeader].FirstOrDefault() is { Length: > 0 } token ? token : null,
        };
        Page<OrchestrationMetadata>? page = null;
        await foreach (Page<OrchestrationMetadata> first in request.Client.GetAllInstancesAsync(query).AsPages(query.ContinuationToken, size).WithCancellation(request.Cancellation))
        {
            page = first;
            break;
        }

        if (page?.ContinuationToken is { } next)
            request.Http.Response.Headers[ContinuationHeader] = next;
        var items = new JsonArray([.. (page?.Values ?? []).Select(i => StatusPayload.Of(i, showInput))]);
        await request.AnswerAsync(StatusCodes.Status200OK, items);
    }

    public static async Task PurgeAsync(ManagementRequest request)
    {
        OrchestrationMetadata? instance = await request.Client.GetInstanceAsync(request.InstanceId, request.Cancellation);
        if (instance is { IsCompleted: false })
        {
            request.Answer(StatusCodes.Status412PreconditionFailed);
            return;
        }

        PurgeResult? result = instance is null ? null : await request.Client.PurgeInstanceAsync(request.InstanceId, request.Cancellation);
        await AnswerPurgedAsync(request, result?.PurgedInstanceCount ?? 0);
    }

    public static async Task PurgeAllAsync(ManagementRequest request)
    {
        DateTimeOffset from = request.Time("createdTimeFrom") ?? throw new ArgumentException("'createdTimeFrom' is required.");
        var filter = new PurgeInstancesFilter(from, request.Time("createdTimeTo"), request.Statuses());
        PurgeResult result = await request.Client.PurgeAllInstancesAsync(filter, request.Cancellation);
        await AnswerPurgedAsync(request, result.PurgedInstanceCount);
    }

    private static Task AnswerPurgedAsync(ManagementRequest request, int count)
    {
        if (count > 0)
            return request.AnswerAsync(StatusCodes.Status200OK, new JsonObject { ["instancesDeleted"] = count });
        request.Answer(StatusCodes.Status404NotFound);
        return Task.CompletedTask;
    }
}
