using System.Globalization;
using Sutazai.Clients;
using Sutazai.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.EndToEnd.Tests;

/// <summary>Rate and concurrency of a key; what one key spends is not another's.</summary>
public class LimitTests(SharedFleets fleets)
{
    private const string Path = "api/agents/csv-profiler/tools/dialect";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task A_burst_of_twenty_is_taken_and_more_refused_with_the_time_to_wait(Topology topology)
    {
        var fleet = await fleets[topology];
        var key = await fleet.Fleet.CreateKeyAsync(null, Scopes.AskAgents);
        using var client = fleet.Fleet.ClientWithKey(key.Key);
        var started = TimeProvider.System.GetTimestamp();

        var (taken, refused) = (0, 0);
        while (refused < 5)
        {
            using var response = await client.PostAsync(Path, SharedFleet.Json("""{"csv":"a,b\n1,2"}"""), Cancelled);
            Assert.Equal("20", response.Headers.GetValues("RateLimit-Limit").Single());
            var left = int.Parse(response.Headers.GetValues("RateLimit-Remaining").Single(), CultureInfo.InvariantCulture);
            Assert.InRange(left, 0, 20);
            Assert.True(response.Headers.Contains("RateLimit-Reset"));
            if (response.IsSuccessStatusCode)
            {
                taken++;
                continue;
            }

            refused++;
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
            var problem = await ProblemAssert.ReadAsync(response, 429, "rate-limited", Cancelled);
            Assert.Contains("10 requests a second", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        var refilled = TimeProvider.System.GetElapsedTime(started).TotalSeconds * 10;
        Assert.InRange(taken, 20, 21 + (int)refilled);

        using var elsewhere = await client.GetAsync("api/agents?pageSize=1", Cancelled);
        Assert.Equal(200, (int)elsewhere.StatusCode);
        var other = await fleet.Fleet.CreateKeyAsync(null, Scopes.AskAgents);
        using var otherClient = fleet.Fleet.ClientWithKey(other.Key);
        using var unaffected = await otherClient.PostAsync(Path, SharedFleet.Json("""{"csv":"a,b\n1,2"}"""), Cancelled);
        Assert.Equal(200, (int)unaffected.StatusCode);
    }

    [Fact]
    public async Task A_keys_own_quota_holds_in_every_clients_shape()
    {
        var fleet = await fleets[Topology.OneProcess];
        var key = await fleet.Fleet.CreateKeyAsync(new KeyQuota(0.01, 2, 1), Scopes.All);
        using var client = fleet.Fleet.ClientWithKey(key.Key);
        for (var i = 0; i < 2; i++)
        {
            using var taken = await client.GetAsync("api/agents?pageSize=1", Cancelled);
            Assert.Equal(200, (int)taken.StatusCode);
        }

        using var native = await client.GetAsync("api/agents", Cancelled);
        using var openAI = await client.GetAsync("v1/models", Cancelled);
        using var ollama = await client.GetAsync("api/tags", Cancelled);

        await ProblemAssert.ReadAsync(native, 429, "rate-limited", Cancelled);
        Assert.InRange(native.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 2, 100);
        Assert.Equal(429, (int)openAI.StatusCode);
        Assert.Contains("\"type\":\"rate_limit_error\"", await openAI.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal(429, (int)ollama.StatusCode);
        Assert.StartsWith("{\"error\":\"", await ollama.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task Five_run_at_a_time_for_each_key_and_agent(Topology topology)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.SlowFirstToken) { Delay = TimeSpan.FromHours(1) }], TimeScale = 1 }, Cancelled);
        await using var fleet = await Fleet.StartAsync(topology, "--ollama", simulator.Address.ToString());
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var key = await fleet.CreateKeyAsync(null, Scopes.All);
        using var client = fleet.ClientWithKey(key.Key);
        List<Task<HttpResponseMessage>> running = [];
        for (var i = 0; i < 5; i++)
        {
            running.Add(client.SendAsync(Ask("csv-profiler"), HttpCompletionOption.ResponseHeadersRead, leaving.Token));
        }

        await simulator.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);
        using var sixth = await UntilRefusedAsync(client);

        var problem = await ProblemAssert.ReadAsync(sixth, 429, "rate-limited", Cancelled);
        Assert.Contains("5 requests", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.NotNull(sixth.Headers.RetryAfter);
        using var otherAgent = await client.PostAsync("api/agents/secrets-scanner/tools/scan", SharedFleet.Json("""{"source":"nothing"}"""), Cancelled);
        Assert.Equal(200, (int)otherAgent.StatusCode);
        var other = await fleet.CreateKeyAsync(null, Scopes.All);
        using var otherClient = fleet.ClientWithKey(other.Key);
        using var otherKey = await otherClient.SendAsync(Brief(), Cancelled);
        Assert.NotEqual(429, (int)otherKey.StatusCode);

        await leaving.CancelAsync();
        foreach (var call in running)
        {
            try
            {
                (await call).Dispose();
            }
            catch (OperationCanceledException)
            {
                // Left while waiting for the status.
            }
        }

        await simulator.Requests.WaitForAsync(r => r.Aborted, Cancelled);
    }

    private static HttpRequestMessage Ask(string agent) => new(HttpMethod.Post, $"api/agents/{agent}/ask")
    {
        Content = SharedFleet.Json("""{"input":"What is a table?"}"""),
        Headers = { Accept = { new("text/event-stream") } },
    };

    /// <summary>A call that gives up soon: where the gateway lets it in, it waits behind the slow ones for a place at the agent.</summary>
    private static HttpRequestMessage Brief() => new(HttpMethod.Post, Path)
    {
        Content = SharedFleet.Json("""{"csv":"a,b\n1,2"}"""),
        Headers = { { "x-sutazai-timeout", "0.5" } },
    };

    private static async Task<HttpResponseMessage> UntilRefusedAsync(HttpClient client)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            var response = await client.SendAsync(Brief(), patience.Token);
            if (response.StatusCode == System.Net.HttpStatusCode.TooManyRequests)
            {
                return response;
            }

            response.Dispose();
            await Task.Delay(TimeSpan.FromMilliseconds(150), patience.Token);
        }
    }
}
