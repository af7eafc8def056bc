using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Sutazai;

/// <summary>
/// Traces, metrics and logs. OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; <c>/metrics</c> for Prometheus always. Sources and meters
/// whose names begin with <c>Sutazai.</c> are collected. Where nothing is exported no spans are recorded; calls have their trace's id all the same.
/// </summary>
internal static class Telemetry
{
    /// <summary>Share of requests that are traced where the caller has not decided; <c>Telemetry:TraceRatio</c>.</summary>
    private const double DefaultTraceRatio = 0.05;

    /// <summary>What is counted several times in each call, or for each piece of a stream, and says nothing that the durations and counts of calls do not.</summary>
    private static readonly HashSet<string> s_perCall =
    [
        "http.client.open_connections", "http.client.active_requests", "aspnetcore.routing.match_attempts", "aspnetcore.memory_pool.pooled", "aspnetcore.memory_pool.rented",
    ];

    public static void AddTelemetry(this WebApplicationBuilder builder, IReadOnlyList<ServiceModule> modules)
    {
        var exports = !string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var name = modules is [var only] ? only.Name : "sutazai";
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(name, serviceVersion: SutazaiApp.Version))
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Sutazai.*")
                .AddOwnMetrics()
                .AddPrometheusExporter());
        if (!exports)
        {
            return;
        }

        builder.Logging.AddOpenTelemetry(logging => logging.IncludeScopes = true);
        var ratio = builder.Configuration.GetValue("Telemetry:TraceRatio", DefaultTraceRatio);
        telemetry.WithTracing(tracing => tracing
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(ratio)))
            .AddAspNetCoreInstrumentation(options => options.Filter = context =>
                !context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments("/metrics"))
            .AddHttpClientInstrumentation(options => options.FilterHttpRequestMessage = _ => Activity.Current is not null)
            .AddSource("Sutazai.*", "Microsoft.SemanticKernel*"));
        telemetry.UseOtlpExporter();
    }

    /// <summary>
    /// Drops what is counted per call, and what another host in this process counts: meters are heard by every host there, and when one ends,
    /// its instruments would end in the others too.
    /// </summary>
    private static MeterProviderBuilder AddOwnMetrics(this MeterProviderBuilder metrics) =>
        ((IDeferredMeterProviderBuilder)metrics).Configure((services, configured) =>
        {
            var own = services.GetRequiredService<IMeterFactory>();
            configured.AddView(instrument =>
                s_perCall.Contains(instrument.Name) || (instrument.Meter.Scope is IMeterFactory factory && factory != own) ? MetricStreamConfiguration.Drop : null);
        });
}
