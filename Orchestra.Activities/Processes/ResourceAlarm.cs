using System.Text;
using System.Text.RegularExpressions;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Processes;

/// <summary>
/// Notices that disk or memory is used up. Fed with what programs report, never with an agent's own prose; once may be a mishap that the
/// agent gets over, the second time it only makes things worse.
/// </summary>
internal sealed partial class ResourceAlarm
{
    private const int Tolerated = 1;
    private const int LongestExcerpt = 300;

    private int count;

    /// <summary>Null while all is well.</summary>
    public string? Reason { get; private set; }

    public void Hear(string report)
    {
        if (Reason is not null || !Exhaustion().IsMatch(report) || ++count <= Tolerated) return;
        string line = report.Split('\n').First(l => Exhaustion().IsMatch(l)).Trim();
        Reason = $"{ResourceErrors.Words}: {(line.Length <= LongestExcerpt ? line : line[..LongestExcerpt])}";
    }

    public void Hear(ReadOnlySpan<byte> line) => Hear(Encoding.UTF8.GetString(line));

    [GeneratedRegex(@"no space left on device|\bENOSPC\b|disk quota exceeded|\bEDQUOT\b|cannot allocate memory|\bENOMEM\b|heap out of memory", RegexOptions.IgnoreCase)]
    private static partial Regex Exhaustion();
}
