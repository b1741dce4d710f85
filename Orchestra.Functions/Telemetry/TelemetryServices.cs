using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Orchestra.Functions.Telemetry;

/// <summary>Metrics for Prometheus at <c>/metrics</c>, and traces over OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says.</summary>
internal static class TelemetryServices
{
    private const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Runtime = "Orchestra.DurableTask";
    private static readonly double[] Seconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 1800, 3600];
    private static readonly PathString[] Untraced = ["/metrics", "/healthz", "/readyz", "/ws", "/_blazor", "/_framework"];

    /// <exception cref="InvalidOperationException">The endpoint is no address.</exception>
    public static void AddOrchestraTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<PipelineMeter>();
        services.AddHostedService<TelemetryFollower>();
        services.AddSingleton<IStartupFilter, MetricsFilter>();
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService(configuration["OTEL_SERVICE_NAME"] ?? "agent-orchestra"))
            .WithMetrics(metrics => metrics
                .AddMeter(PipelineMeter.Name, Runtime, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                .AddView(i => i.Unit == "s" ? new ExplicitBucketHistogramConfiguration { Boundaries = Seconds } : null)
                .AddPrometheusExporter());
        if (configuration[EndpointSetting] is not { Length: > 0 } endpoint)
            return;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new InvalidOperationException($"{EndpointSetting} is '{endpoint}'. It must be an address such as http://127.0.0.1:4317.");
        telemetry.WithTracing(traces => traces
            .AddSource(SpanTeller.Name, Runtime)
            .AddAspNetCoreInstrumentation(options => options.Filter = http => !Untraced.Any(p => http.Request.Path.StartsWithSegments(p)))
            .AddOtlpExporter());
    }

    private sealed class MetricsFilter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseOpenTelemetryPrometheusScrapingEndpoint();
            next(app);
        };
    }
}
