using System.Security.Cryptography;
using System.Text;
using Orchestra.Activities.Secrets;
using Orchestra.Core.Pipeline;
using Orchestra.Core.Quota;

namespace Orchestra.Activities.Agents;

/// <summary>Which account a command's client draws on.</summary>
public sealed class ClientAccounts(ClientVariables variables, SecretSeal seal)
{
    private static readonly string[] Keys = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"];

    /// <summary>Null for clients that do not tell of limits.</summary>
    public QuotaAccount? Of(AgentCommand command) => command.Client switch
    {
        ClientModes.Api or ClientModes.Hybrid => new(ClientModes.Api, Account(command)),
        ClientModes.ClaudeCode or ClientModes.AgentTeams => new(ClientModes.ClaudeCode, Account(command)),
        _ => null,
    };

    private string Account(AgentCommand command) =>
        Keys.Select(name => Value(command, name)).FirstOrDefault(v => v is not null) is { } key ? $"key-{Digest(key)}"
        : Value(command, "CLAUDE_CONFIG_DIR") is { } folder ? $"login-{Digest(folder)}"
        : "login";

    // Closed twice, a key looks different, and is the same account.
    private string? Value(AgentCommand command, string name) =>
        command.Environment?.GetValueOrDefault(name) is { } own ? SecretSeal.IsClosed(own) ? seal.Open(own) : own : variables.Find(name);

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
}
