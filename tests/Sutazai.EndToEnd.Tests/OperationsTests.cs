using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sutazai.Host;
using Sutazai.Testing;

namespace Sutazai.EndToEnd.Tests;

/// <summary>What an operator and a newcomer read: health, metrics, the API's description.</summary>
public class OperationsTests(SharedFleets fleets)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gateway_is_live_at_once_and_ready_only_with_routes()
    {
        // No registry answers there: the gateway stays without routes.
        await using var lonely = await ServiceHost.StartAsync(
            Modules.All.Single(m => m.Name == "gateway"), [.. Modules.All.Select(m => $"--services:{m.Name}:http:0=http://127.0.0.1:1")]);
        using var http = new HttpClient { BaseAddress = lonely.Public };

        using var live = await http.GetAsync("health/live", Cancelled);
        using var ready = await http.GetAsync("health/ready", Cancelled);

        Assert.Equal(200, (int)live.StatusCode);
        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Contains("has not named the service 'gateway'", await ready.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task Every_host_is_live_and_ready(Topology topology)
    {
        var fleet = await fleets[topology];
        foreach (var address in fleet.Fleet.Hosts.Select(h => h.GetRequiredService<Listeners>().Internal).Append(fleet.Fleet.Public))
        {
            using var http = new HttpClient { BaseAddress = address };
            Assert.Equal("""{"status":"healthy","checks":{}}""", await http.GetStringAsync("health/live", Cancelled));
            Assert.StartsWith("""{"status":"healthy",""", await http.GetStringAsync("health/ready", Cancelled), StringComparison.Ordinal);
        }
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task Metrics_count_the_calls_of_agents(Topology topology)
    {
        var fleet = await fleets[topology];
        await fleet.AssertWorksAsync(Cancelled);
        using var service = new HttpClient { BaseAddress = fleet.Fleet.InternalAddress("data-files") };

        var inside = await service.GetStringAsync("metrics", Cancelled);
        var outside = await fleet.Client.GetStringAsync("metrics", Cancelled);

        Assert.Matches("""gen_ai_execute_tool_duration_seconds_count\{.*gen_ai_agent_name="csv-profiler".*\} [1-9]""", inside);
        Assert.Contains("http_server_request_duration_seconds", outside, StringComparison.Ordinal);
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task The_description_lists_the_public_routes_and_no_internal_one(Topology topology)
    {
        var fleet = await fleets[topology];
        var document = JsonElement.Parse(await fleet.Client.GetStringAsync("openapi/v1.json", Cancelled));

        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        string[] expected =
        [
            "/api/agents", "/api/agents/{agent}", "/api/agents/{agent}/ask", "/api/agents/{agent}/tools/{tool}", "/api/agents/dependencies", "/api/agents/migration-batches",
            "/api/artifacts", "/api/artifacts/{id}", "/api/artifacts/{id}/info", "/api/keys", "/api/keys/{id}", "/api/services",
            "/api/chat", "/api/generate", "/api/embed", "/api/tags", "/api/show", "/api/ps", "/api/version",
            "/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/models",
        ];
        Assert.Empty(expected.Except(paths));
        Assert.All(paths, p => Assert.True(p.StartsWith("/api/", StringComparison.Ordinal) || p.StartsWith("/v1/", StringComparison.Ordinal), p));
        Assert.DoesNotContain(Modules.All, m => paths.Any(p => p.StartsWith($"/{m.Name}/", StringComparison.Ordinal)));
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task A_page_lets_people_try_the_api(Topology topology)
    {
        var fleet = await fleets[topology];

        var page = await fleet.Client.GetStringAsync("docs/index.html", Cancelled);
        using var root = await fleet.Client.GetAsync("docs", Cancelled);

        Assert.Contains("<title>Sutazai API</title>", page, StringComparison.Ordinal);
        Assert.Equal(200, (int)root.StatusCode);
    }
}
