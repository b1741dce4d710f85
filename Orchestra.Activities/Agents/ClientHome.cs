namespace Orchestra.Activities.Agents;

/// <summary>A folder of a run's own for the state of its client, for variables such as <c>CLAUDE_CONFIG_DIR</c> or <c>HOME</c> whose value says <c>{home}</c>.</summary>
internal static class ClientHome
{
    private const string Placeholder = "{home}";

    public static IReadOnlyDictionary<string, string>? Fill(IReadOnlyDictionary<string, string>? environment, string folder)
    {
        if (environment?.Values.Any(v => v.Contains(Placeholder, StringComparison.Ordinal)) != true) return environment;
        // Logins and conversations are nobody else's to read.
        PrivateFolder.Create(folder);
        return environment.ToDictionary(v => v.Key, v => v.Value.Replace(Placeholder, folder, StringComparison.Ordinal), StringComparer.Ordinal);
    }
}
