using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents;

/// <summary>Keys and addresses of clients, wherever they are set. A program gets those that its command names; nothing else hands them on.</summary>
/// <param name="find">Gives a setting's value or null.</param>
public sealed class ClientVariables(Func<string, string?> find)
{
    /// <summary>Null when it is not set or empty.</summary>
    public string? Find(string name) => find(name) is { Length: > 0 } value ? value : null;

    public IReadOnlyDictionary<string, string> Of(AgentCommand command) =>
        (command.PassEnvironment ?? []).Distinct(StringComparer.Ordinal)
            .Select(name => (Name: name, Value: Find(name)))
            .Where(v => v.Value is not null)
            .ToDictionary(v => v.Name, v => v.Value!, StringComparer.Ordinal);
}
