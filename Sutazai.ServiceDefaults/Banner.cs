using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Sutazai.Clients;

namespace Sutazai;

/// <summary>What a process says of itself once it has started: where it listens, what it uses and, where it is the gateway, what to try.</summary>
internal static class Banner
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static async Task WriteAsync(WebApplication app, TextWriter output)
    {
        var listeners = app.Services.GetRequiredService<Listeners>();
        var local = app.Services.GetRequiredService<LocalServices>();
        if (listeners.Public is not [var address, ..])
        {
            await output.WriteLineAsync($"Sutazai {SutazaiApp.Version}: {string.Join(", ", local.Modules.Select(m => m.Name))} at {listeners.Advertised}");
            return;
        }

        var url = address.ToString().TrimEnd('/');
        var agents = await AgentsAsync(app, local);
        await output.WriteLineAsync($"""
            Sutazai {SutazaiApp.Version} listens at {string.Join(", ", listeners.Public.Select(p => p.ToString().TrimEnd('/')))}
              agents  {agents}
              model   {await ModelAsync(app)}
              data    {app.Configuration["data"]}
              docs    {url}/docs
            """);
        if (listeners.PublicIsLoopback && agents > 0)
        {
            await output.WriteLineAsync($$"""

                Try:
                  curl {{url}}/api/agents
                  curl {{url}}/api/agents/csv-profiler/tools/profile -H 'content-type: application/json' -d '{"csv":"city,people\nBern,134794\nBasel,173552"}'
                  curl {{url}}/api/agents/secrets-scanner/ask -H 'content-type: application/json' -d '{"input":"aws_access_key_id = AKIAIOSFODNN7EXAMPLE"}'
                """);
        }

        await output.FlushAsync();
    }

    /// <summary>The number of agents, once those hosted here are registered or patience is out.</summary>
    private static async Task<int> AgentsAsync(WebApplication app, LocalServices local)
    {
        var (registry, expected) = (app.Services.GetRequiredService<RegistryClient>(), local.Modules.Sum(m => m.Agents.Count));
        using var patience = new CancellationTokenSource(s_patience);
        var (count, known) = (0, -1L);
        try
        {
            do
            {
                known = (await registry.RoutesAsync(known, patience.Token)).Revision;
                count = (await registry.AgentsAsync("?pageSize=1", patience.Token)).Total;
            }
            while (count < expected);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // The banner says what is there; who waits for readiness asks /health/ready.
        }

        return count;
    }

    private static async Task<string> ModelAsync(WebApplication app)
    {
        try
        {
            using var patience = new CancellationTokenSource(s_patience);
            var status = await app.Services.GetRequiredService<ModelRouterClient>().StatusAsync(patience.Token);
            return status switch
            {
                { Backend: "none" } => "none; agents answer from their tools. Connect one with --ollama http://localhost:11434",
                { Reachable: true } => $"{status.Backend} {status.Version}, {status.Models.Count} models".Replace("  ", " ", StringComparison.Ordinal),
                _ => $"{status.Backend} cannot be reached ({status.Reason}); agents answer from their tools until it can",
            };
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return "the router does not answer";
        }
    }
}
