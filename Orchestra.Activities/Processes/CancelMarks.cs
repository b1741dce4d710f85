using Orchestra.Core;

namespace Orchestra.Activities.Processes;

/// <summary>
/// Files that say that a run, a session or a project is cancelled: they outlive the host, and a run that watches them ends within a moment.
/// </summary>
public static class CancelMarks
{
    public static async Task SetCancelMarkAsync(this DataFolder data, string id, CancellationToken cancellationToken)
    {
        string mark = data.CancelMark(id);
        Directory.CreateDirectory(Path.GetDirectoryName(mark)!);
        await File.WriteAllTextAsync(mark, "", cancellationToken);
    }

    /// <param name="ids">What may be cancelled; null stands for nothing.</param>
    public static bool IsCancelled(this DataFolder data, params ReadOnlySpan<string?> ids)
    {
        foreach (string? id in ids)
        {
            if (id is not null && File.Exists(data.CancelMark(id)))
                return true;
        }

        return false;
    }

    public static void RemoveCancelMark(this DataFolder data, string id)
    {
        if (File.Exists(data.CancelMark(id)))
            File.Delete(data.CancelMark(id));
    }
}
