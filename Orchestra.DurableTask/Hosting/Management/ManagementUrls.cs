namespace Orchestra.DurableTask.Hosting;

/// <summary>The addresses under which one instance is managed. <c>reason</c> is what stands for the text a caller fills in.</summary>
internal sealed class ManagementUrls(string baseUrl, string instanceId, string query, string reason)
{
    private readonly string instance = $"{baseUrl}/instances/{Uri.EscapeDataString(instanceId)}";

    public string Status => With(instance);

    public string RaiseEvent => With($"{instance}/raiseEvent/{{eventName}}");

    public string Terminate => With($"{instance}/terminate?reason={reason}");

    public string Suspend => With($"{instance}/suspend?reason={reason}");

    public string Resume => With($"{instance}/resume?reason={reason}");

    public string Restart => With($"{instance}/restart");

    private string With(string address) =>
        query.Length == 0 ? address : address + (address.Contains('?', StringComparison.Ordinal) ? '&' : '?') + query;
}
