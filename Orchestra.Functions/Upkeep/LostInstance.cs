using Microsoft.DurableTask.Client;

namespace Orchestra.Functions.Upkeep;

/// <summary>What is to be said of an orchestration that has ended without what it was for; null stands for one that is gone.</summary>
internal static class LostInstance
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static string State(OrchestrationMetadata? instance) => instance is null ? "gone" : instance.RuntimeStatus.ToString().ToLowerInvariant();

    /// <param name="subject">Whose orchestration: the first words of the sentence.</param>
    public static string Why(OrchestrationMetadata? instance, string subject) => instance switch
    {
        null => $"{subject} orchestration is gone: its history was purged.",
        { RuntimeStatus: OrchestrationRuntimeStatus.Failed, FailureDetails: { } failure } => $"{subject} orchestration failed: {failure.ErrorMessage}",
        _ => $"{subject} orchestration was ended from outside: it is {State(instance)}.",
    };

    /// <summary>Waits a moment for the end of instances; whoever called looks what has come of them.</summary>
    /// <returns>Whether all have ended.</returns>
    public static async Task<bool> WaitAsync(DurableTaskClient client, IReadOnlyList<string> instanceIds, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            foreach (string id in instanceIds)
                await client.WaitForInstanceCompletionAsync(id, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It takes longer than anybody waits for an answer.
            return false;
        }
    }
}
