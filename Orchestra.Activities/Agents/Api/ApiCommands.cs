using Orchestra.Core;
using Orchestra.Core.Configuration;
using Orchestra.Core.Pipeline;

namespace Orchestra.Activities.Agents.Api;

/// <summary>
/// Command lines of our own program for <c>api</c> agents. It is a process as every agent is, so it outlives a crash of the host, is ended
/// with all that it started, and nothing that the model does runs in the host.
/// </summary>
public static class ApiCommands
{
    private const string Program = "Orchestra.ApiAgent";
    private const string SettingsFlag = "--settings";

    private static readonly string[] PassedOn = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"];

    /// <param name="model">Null: the configuration's.</param>
    /// <param name="budget">The lower limit of it and the configuration's holds.</param>
    /// <param name="field">The field of the launch that asks for the client.</param>
    /// <exception cref="InputProblem">A limit in dollars for a model whose price is not known.</exception>
    public static AgentCommand Build(ApiConfig config, string? model, string field, string client = ClientModes.Api, Budget? budget = null)
    {
        model ??= config.Model;
        ApiPrice? price = config.PriceOf(model);
        decimal dollars = Budget.Lower(config.MaxBudgetUsd, budget?.MaxCostUsd);
        if (dollars > 0 && price is null)
            throw new InputProblem(field, $"A limit in dollars needs the price of {model}. Add it under client.api.prices.");
        ApiAgentSettings settings = new(
            model, config.MaxTokens, Budget.Lower(config.MaxTurns, budget?.MaxTurns), dollars, config.MaxRetries, config.StallSeconds, config.CommandTimeoutSeconds, price);
        Dictionary<string, string>? environment = config.BaseUrl.Length > 0 ? new() { ["ANTHROPIC_BASE_URL"] = config.BaseUrl } : null;
        return new AgentCommand([.. Launcher(), SettingsFlag, Json.Write(settings)], environment, client, PassedOn);
    }

    /// <summary>The same with other limits, where it has any.</summary>
    public static AgentCommand WithBudget(AgentCommand command, Budget budget) => command with
    {
        Argv = [.. command.Argv.Select((argument, i) => i > 0 && command.Argv[i - 1] == SettingsFlag ? Json.Write(WithBudget(Json.Read<ApiAgentSettings>(argument), budget)) : argument)],
    };

    private static ApiAgentSettings WithBudget(ApiAgentSettings settings, Budget budget) => settings with
    {
        MaxTurns = settings.MaxTurns > 0 ? budget.MaxTurns ?? settings.MaxTurns : 0,
        MaxBudgetUsd = settings.MaxBudgetUsd > 0 ? budget.MaxCostUsd ?? settings.MaxBudgetUsd : 0,
    };

    /// <summary>The program's own launcher needs to find .NET, which a host that was started by <c>dotnet</c> has found already.</summary>
    private static IEnumerable<string> Launcher()
    {
        string launcher = Path.Combine(AppContext.BaseDirectory, Program);
        bool viaDotnet = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" || !File.Exists(launcher);
        return viaDotnet ? [Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", launcher + ".dll"] : [launcher];
    }
}
