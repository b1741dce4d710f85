using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Orchestra.Core.Audit;

/// <summary>
/// The audit log's lines: JSON objects, each with its number, the hash of the line before and, last, the hash of its own text up to there.
/// Changing, removing, inserting or moving a line breaks the chain; cutting off the end shows against a head that was noted elsewhere.
/// </summary>
public static class AuditChain
{
    private const string HashKey = ",\"hash\":\"";
    private const int HashLength = 64;
    private static readonly int SuffixLength = HashKey.Length + HashLength + 2;

    /// <returns>The line, and the head that it makes.</returns>
    public static (string Line, AuditHead Head) Append(AuditHead head, AuditEntry entry)
    {
        string text = Json.Write(new
        {
            Seq = head.Seq + 1, entry.At, entry.Caller, entry.Address, entry.Method, entry.Path, entry.Status, entry.Suppressed, Prev = head.Hash,
        });
        string hash = Hash(text[..^1]);
        return ($"{text[..^1]}{HashKey}{hash}\"}}", new AuditHead(head.Seq + 1, hash));
    }

    /// <summary>The head that a line makes; null for one that a crash has torn or that is none of ours.</summary>
    public static AuditHead? Read(string line) => Parse(line) is { } link ? new AuditHead(link.Seq, link.Hash) : null;

    /// <param name="lines">The whole log.</param>
    /// <param name="expected">A head that was noted earlier and must be in the chain.</param>
    public static AuditVerdict Verify(IEnumerable<string> lines, AuditHead? expected)
    {
        AuditHead head = AuditHead.Empty;
        int number = 0;
        int torn = 0;
        bool met = expected is null || expected == head;
        foreach (string line in lines)
        {
            number++;
            if (Parse(line) is not { } link)
            {
                // Only what was being written when the machine went down; a torn line in place of a whole one leaves a gap, which shows below.
                torn++;
                continue;
            }

            if (Hash(line[..^SuffixLength]) != link.Hash)
                return new AuditVerdict(head, torn, $"line {number}: its text was changed");
            if (link.Seq != head.Seq + 1 || link.Prev != head.Hash)
                return new AuditVerdict(head, torn, $"line {number}: it does not follow entry {head.Seq}; entries were removed, inserted or moved");
            head = new AuditHead(link.Seq, link.Hash);
            met |= head == expected;
        }

        return new AuditVerdict(head, torn, met ? null : $"entry {expected!.Seq} with the given hash is not in the log; its end was cut off or it was written anew");
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static Link? Parse(string line)
    {
        if (line.Length <= SuffixLength || !line.EndsWith("\"}", StringComparison.Ordinal)
            || !line.AsSpan(line.Length - SuffixLength).StartsWith(HashKey, StringComparison.Ordinal))
            return null;
        try
        {
            return Json.Read<Link>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Link(long Seq, string Prev, string Hash);
}

/// <param name="Head">The last entry that follows from the first.</param>
/// <param name="Torn">Lines that a crash has torn.</param>
/// <param name="Problem">Null when the chain is whole.</param>
public sealed record AuditVerdict(AuditHead Head, int Torn, string? Problem);
