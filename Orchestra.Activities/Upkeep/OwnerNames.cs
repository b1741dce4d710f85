using Orchestra.Core;

namespace Orchestra.Activities.Upkeep;

/// <summary>Names of worktrees, runs and refs begin with the id of the session or project that they were made for.</summary>
internal static class OwnerNames
{
    private const int IdLength = 22;

    public static string? Of(string name) => name.Length >= IdLength && Ids.IsValid(name[..IdLength]) ? name[..IdLength] : null;
}
