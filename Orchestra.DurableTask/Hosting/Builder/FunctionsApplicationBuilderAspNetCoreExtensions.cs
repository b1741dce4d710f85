namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>ASP.NET Core integration of a function app.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>The embedded host always serves HTTP by ASP.NET Core, so there is nothing to add.</summary>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder;
    }
}
