using System.Buffers;

namespace Orchestra.DurableTask.Engine;

/// <summary>What a caller may name an instance: the genuine rules, which also keep the name usable in an address.</summary>
internal static class InstanceId
{
    private const int MaxLength = 256;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/\\#?");

    public static void Check(string id, string parameter)
    {
        if (id.Length is 0 or > MaxLength)
            throw new ArgumentException($"An instance ID has 1 to {MaxLength} characters.", parameter);
        if (id[0] == '@')
            throw new ArgumentException("Instance IDs that begin with '@' are reserved for entities.", parameter);
        if (id.AsSpan().ContainsAny(Forbidden) || id.Any(char.IsControl))
            throw new ArgumentException("An instance ID must not contain '/', '\\', '#', '?' or control characters.", parameter);
    }
}
