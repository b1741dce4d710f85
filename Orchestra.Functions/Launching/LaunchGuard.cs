using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestra.Core;
using Orchestra.Core.Storage;
using Orchestra.Functions.Http;

namespace Orchestra.Functions.Launching;

/// <summary>Starts what was asked for: not more often than is allowed, and once per <c>Idempotency-Key</c>.</summary>
public sealed class LaunchGuard(IdempotencyStore keys, LaunchRate rate, TimeProvider time)
{
    private const string Header = "Idempotency-Key";
    private const int LongestKey = 200;

    /// <param name="orchestrator">The orchestration to start; its name is the key's scope too.</param>
    /// <param name="input">Its input for the given instance id.</param>
    /// <param name="body">The request, as it was understood.</param>
    /// <returns>The instance's input: of a former request when the key had been used for it.</returns>
    internal async Task<(string Id, TInput Input, bool Repeated)> StartAsync<TInput>(
        HttpRequest request, DurableTaskClient client, string orchestrator, JsonBody body, string newId, Func<string, TInput> input, CancellationToken cancellationToken)
    {
        string? key = Key(request);
        string id = newId;
        if (key is not null)
        {
            string fingerprint = Convert.ToHexStringLower(SHA256.HashData(body.Canonical()));
            id = await keys.ClaimAsync(orchestrator, key, fingerprint, newId, time.GetUtcNow().UtcDateTime, cancellationToken)
                ?? throw new InputProblem(Header, "This key was used for another request; use a new key for a new request.", StatusCodes.Status409Conflict);
            if (await FindAsync<TInput>(client, id, cancellationToken) is { } known)
                return (id, known, true);
        }

        rate.Take(request.HttpContext);
        TInput own = input(id);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, own, new StartOrchestrationOptions(id), cancellationToken);
            return (id, own, false);
        }
        catch (Exception e) when (key is not null && e is not OperationCanceledException)
        {
            // Hosts differ in how they say that there is such an instance; whether there is one decides.
            if (await FindAsync<TInput>(client, id, cancellationToken) is { } other)
                return (id, other, true);
            throw;
        }
    }

    private static async Task<TInput?> FindAsync<TInput>(DurableTaskClient client, string id, CancellationToken cancellationToken) =>
        await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken) is { } instance ? instance.ReadInputAs<TInput>() : default;

    private static string? Key(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var values))
            return null;
        string key = values.ToString();
        return values.Count == 1 && key.Length is > 0 and <= LongestKey && key.All(c => c is > ' ' and <= '~')
            ? key
            : throw new InputProblem(Header, $"Must be one text of 1 to {LongestKey} visible ASCII characters.", StatusCodes.Status400BadRequest);
    }
}
