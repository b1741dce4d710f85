namespace Orchestra.Core.Pipeline;

/// <summary>What the status of a run that has ended counts as. What a person cancelled is neither.</summary>
public static class Outcomes
{
    public static bool IsSuccess(string status) => status is "completed" or "no_change";

    public static bool IsFailure(string status) => !IsSuccess(status) && status != "cancelled";
}
