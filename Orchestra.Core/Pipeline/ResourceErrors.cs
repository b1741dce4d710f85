namespace Orchestra.Core.Pipeline;

/// <summary>Runs that were ended because disk or memory is used up.</summary>
public static class ResourceErrors
{
    /// <summary>How the error of such a run begins.</summary>
    public const string Words = "Ended because disk or memory is used up";

    public static bool Is(string? error) => error?.Contains(Words, StringComparison.Ordinal) == true;
}
