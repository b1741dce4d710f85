using Orchestra.Client;

namespace Orchestra.Dashboard.Workflows;

/// <param name="Looked">How many instances were looked at to find these.</param>
/// <param name="Next">Where to go on; null when all were seen.</param>
public sealed record WorkflowFinds(IReadOnlyList<WorkflowInstance> Instances, int Looked, string? Next);

/// <summary>One page of instances. The API cannot filter by name, so that pages are read until enough match, up to a bound.</summary>
public static class WorkflowSearch
{
    private const int Enough = 50;
    private const int MostPages = 10;

    public static async Task<WorkflowFinds> FindAsync(WorkflowClient client, WorkflowQuery query, string? namePrefix, string? from, CancellationToken cancellationToken)
    {
        var found = new List<WorkflowInstance>();
        int looked = 0;
        string? next = from;
        WorkflowQuery asked = namePrefix is null ? query with { Top = Enough } : query with { Top = 4 * Enough };
        for (int pages = 0; pages < MostPages && found.Count < Enough; pages++)
        {
            WorkflowPage page = await client.ListAsync(asked, next, cancellationToken);
            looked += page.Instances.Count;
            found.AddRange(page.Instances.Where(i => namePrefix is null || i.Name.StartsWith(namePrefix, StringComparison.OrdinalIgnoreCase)));
            next = page.Next;
            if (next is null)
                break;
        }

        return new WorkflowFinds([.. found.OrderByDescending(i => i.CreatedTime)], looked, next);
    }
}
