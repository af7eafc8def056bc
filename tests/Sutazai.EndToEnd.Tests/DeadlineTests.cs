using Sutazai.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.EndToEnd.Tests;

/// <summary>Work that nobody waits for any more is stopped, all the way down to the model.</summary>
public class DeadlineTests
{
    private const string Question = """{"input":"What is a table?"}""";

    private static readonly OllamaSimulatorOptions s_slow = new()
    {
        // Loaded at once: only the fault takes time.
        Models = [.. SimulatedModel.Defaults.Select(m => m with { Speed = new SpeedProfile(1_000_000, 100_000, 0, 0) })],
        Faults = [new(FaultKind.SlowFirstToken) { Delay = TimeSpan.FromHours(1) }],
        TimeScale = 1,
    };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(Topology.OneProcess), InlineData(Topology.HostPerService)]
    public async Task A_deadline_ends_the_run_and_the_models_work(Topology topology)
    {
        await using var simulator = await OllamaSimulator.StartAsync(s_slow, Cancelled);
        await using var fleet = await Fleet.StartAsync(topology, "--ollama", simulator.Address.ToString());
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/agents/csv-profiler/ask") { Content = SharedFleet.Json(Question), Headers = { { "x-sutazai-timeout", "1" } } };

        using var response = await fleet.Client.SendAsync(request, Cancelled);

        // The last of the time is kept for the answer that needs no model.
        Assert.Contains("deadline came near", await response.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        await simulator.Requests.WaitForAsync(r => r.Aborted, Cancelled);
        await new SharedFleet(fleet, "", fleet.Client).AssertWorksAsync(Cancelled);
    }

    [Theory]
    [InlineData(Topology.OneProcess, "api/agents/csv-profiler/ask", Question), InlineData(Topology.HostPerService, "api/agents/csv-profiler/ask", Question)]
    [InlineData(Topology.OneProcess, "v1/chat/completions", """{"model":"agent/csv-profiler","messages":[{"role":"user","content":"Hi"}],"stream":true}""")]
    [InlineData(Topology.HostPerService, "api/chat", """{"model":"base-llm","messages":[{"role":"user","content":"Hi"}]}""")]
    public async Task A_client_that_leaves_ends_the_models_work(Topology topology, string path, string body)
    {
        await using var simulator = await OllamaSimulator.StartAsync(s_slow, Cancelled);
        await using var fleet = await Fleet.StartAsync(topology, "--ollama", simulator.Address.ToString());
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var call = fleet.Client.PostAsync(path, SharedFleet.Json(body), leaving.Token);
        await simulator.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await simulator.Requests.WaitForAsync(r => r.Aborted, Cancelled);
        await new SharedFleet(fleet, "", fleet.Client).AssertWorksAsync(Cancelled);
    }
}
