using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orchestra.Functions.Configuration;
using Orchestra.Functions.OpenApi;

namespace Orchestra.Functions.Http;

/// <summary>The configuration as it holds, and where each part of it comes from; never a secret.</summary>
public sealed class ConfigFunctions(EffectiveConfig config)
{
    [Function("GetConfig")]
    [Api("The configuration that holds, each value with its source; secrets are left out.")]
    public IActionResult Get([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/config")] HttpRequest request) => Answers.Ok(config.View());
}
