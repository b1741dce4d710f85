namespace Orchestra.Dashboard.Components;

/// <summary>A branch as people name it.</summary>
public static class BranchName
{
    private const string Heads = "refs/heads/";

    public static string Of(string? reference) =>
        reference is null ? "" : reference.StartsWith(Heads, StringComparison.Ordinal) ? reference[Heads.Length..] : reference;
}
