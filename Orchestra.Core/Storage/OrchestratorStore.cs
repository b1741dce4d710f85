namespace Orchestra.Core.Storage;

/// <summary>The orchestrator's last round.</summary>
/// <param name="SessionId">The session that the round is.</param>
public sealed record OrchestratorRound(string SessionId, string Mode, string ClientMode, DateTime StartedAt);

/// <summary>Which round the orchestrator is at: one row.</summary>
public sealed class OrchestratorStore(ITableStore tables)
{
    private const string Partition = "orchestrator";
    private const string Row = "round";

    public async Task<OrchestratorRound?> FindAsync(CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition, Row, cancellationToken) is { } row ? Json.Read<OrchestratorRound>(row.Json) : null;

    public Task SaveAsync(OrchestratorRound round, CancellationToken cancellationToken) =>
        tables.WriteAsync([new(Partition, Row, Json.Write(round))], cancellationToken);
}
