using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Orchestra.Functions.Security;

/// <summary>The rules on who may call, for every program of ours that listens.</summary>
public static class AccessRules
{
    /// <exception cref="InvalidOperationException">A key that cannot be meant.</exception>
    public static AccessSettings AddAccessRules(this IServiceCollection services, IConfiguration configuration)
    {
        var access = new AccessSettings(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(access);
        services.AddSingleton<IStartupFilter, SecurityFilter>();
        services.Configure<KestrelServerOptions>(options => options.AddServerHeader = false);
        return access;
    }
}
