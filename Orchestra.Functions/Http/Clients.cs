using Orchestra.Activities.Agents.Api;
using Orchestra.Activities.Agents.Claude;
using Orchestra.Activities.Agents.Sandboxes;
using Orchestra.Activities.Secrets;

namespace Orchestra.Functions.Http;

/// <summary>What there is on this machine to run agents with.</summary>
public sealed record Clients(ClaudeCli Claude, ApiAccess Api, Sandbox Sandbox, LaunchSecrets Secrets);
