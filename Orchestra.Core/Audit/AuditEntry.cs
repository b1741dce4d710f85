namespace Orchestra.Core.Audit;

/// <summary>Who asked for a change, and what came of it.</summary>
/// <param name="Caller">The name of the key that was shown; <c>local</c> where no keys are configured, null where none was valid.</param>
/// <param name="Path">Without the query, which may hold a key.</param>
/// <param name="Suppressed">How many refused requests before this one were not written down, because there were too many.</param>
public sealed record AuditEntry(DateTime At, string? Caller, string? Address, string Method, string Path, int Status, int Suppressed = 0);

/// <summary>The end of a chain.</summary>
public sealed record AuditHead(long Seq, string Hash)
{
    public static readonly AuditHead Empty = new(0, new string('0', 64));
}
