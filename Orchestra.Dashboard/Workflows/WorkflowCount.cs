using System.Globalization;
using Orchestra.Client;

namespace Orchestra.Dashboard.Workflows;

/// <summary>How many instances match. The API does not count, so that they are listed, up to a bound.</summary>
/// <param name="IsAll">Otherwise there are more.</param>
public sealed record WorkflowCount(int Instances, bool IsAll)
{
    private const int PageSize = 1000;
    private const int MostPages = 20;

    public string Words => string.Create(CultureInfo.InvariantCulture, $"{(IsAll ? "" : "more than ")}{Instances:N0} {(Instances == 1 ? "instance" : "instances")}");

    public static async Task<WorkflowCount> OfAsync(WorkflowClient client, WorkflowQuery query, CancellationToken cancellationToken)
    {
        int count = 0;
        string? next = null;
        for (int pages = 0; pages < MostPages; pages++)
        {
            WorkflowPage page = await client.ListAsync(query with { Top = PageSize }, next, cancellationToken);
            count += page.Instances.Count;
            next = page.Next;
            if (next is null)
                break;
        }

        return new WorkflowCount(count, next is null);
    }
}
