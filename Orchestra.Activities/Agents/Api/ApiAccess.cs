using Orchestra.Core;

namespace Orchestra.Activities.Agents.Api;

/// <summary>Whether there is a key for the Messages API.</summary>
public sealed class ApiAccess(ClientVariables variables)
{
    public bool HasKey => variables.Find("ANTHROPIC_API_KEY") is not null || variables.Find("ANTHROPIC_AUTH_TOKEN") is not null;

    /// <param name="field">The field of the launch that asks for the API.</param>
    /// <exception cref="InputProblem">There is none; says how to get one.</exception>
    public void Require(string field)
    {
        if (!HasKey) throw new InputProblem(field, "There is no key for the API. Set ANTHROPIC_API_KEY and start the host again, or choose another client_mode.");
    }
}
