using System.ComponentModel;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Microsoft.SemanticKernel;
using Sutazai.Clients;

namespace Sutazai.Agents.Tests.Sdk;

/// <summary>The limits around an agent's tools.</summary>
public class RunningAgentTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_failures_pause_the_agent_and_one_success_after_a_minute_resumes_it()
    {
        var clock = new FakeTimeProvider();
        var tools = new TroubledTools();
        using var service = new Service(tools, clock);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(service.Agent.Healthy);
            await Assert.ThrowsAsync<FormatException>(() => service.CallAsync("fail", new { fails = true }));
        }

        var refused = await Assert.ThrowsAsync<RunRefusedException>(() => service.CallAsync("fail", new { fails = false }));
        Assert.Equal((503, "agent-broken", TimeSpan.FromSeconds(60)), (refused.Status, refused.Type, refused.RetryAfter));
        Assert.False(service.Agent.Healthy);

        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("well", await service.CallAsync("fail", new { fails = false }));
        Assert.True(service.Agent.Healthy);
    }

    [Fact]
    public async Task Failed_probe_pauses_the_agent_again()
    {
        var clock = new FakeTimeProvider();
        using var service = new Service(new TroubledTools(), clock);
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<FormatException>(() => service.CallAsync("fail", new { fails = true }));
        }

        clock.Advance(TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<FormatException>(() => service.CallAsync("fail", new { fails = true }));

        await Assert.ThrowsAsync<RunRefusedException>(() => service.CallAsync("fail", new { fails = false }));
    }

    [Fact]
    public async Task Callers_mistakes_do_not_pause_the_agent()
    {
        using var service = new Service(new TroubledTools(), new FakeTimeProvider());
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<InvalidInputException>(() => service.CallAsync("fail", new { fails = "perhaps" }));
        }

        Assert.Equal("well", await service.CallAsync("fail", new { fails = false }));
    }

    [Fact]
    public async Task Tool_that_takes_too_long_is_ended_with_a_clean_error()
    {
        var clock = new FakeTimeProvider();
        var tools = new TroubledTools();
        using var service = new Service(tools, clock);
        var call = service.CallAsync("wait", new { });
        await tools.Entered.WaitAsync(Cancelled);

        clock.Advance(TimeSpan.FromSeconds(60));

        var refused = await Assert.ThrowsAsync<RunRefusedException>(() => call);
        Assert.Equal((504, "'troubled.wait' did not end within 60 s."), (refused.Status, refused.Message));
    }

    [Fact]
    public async Task Tool_deaf_to_cancellation_holds_its_place_until_it_ends()
    {
        var clock = new FakeTimeProvider();
        var tools = new TroubledTools();
        using var service = new Service(tools, clock);
        var deaf = Enumerable.Range(0, 4).Select(_ => service.CallAsync("wait_deaf", new { })).ToList();
        for (var i = 0; i < 4; i++)
        {
            await tools.Entered.WaitAsync(Cancelled);
        }

        clock.Advance(TimeSpan.FromSeconds(60));
        foreach (var call in deaf)
        {
            Assert.Equal(504, (await Assert.ThrowsAsync<RunRefusedException>(() => call)).Status);
        }

        var next = service.CallAsync("fail", new { fails = false });
        Assert.False(next.IsCompleted);

        tools.Release.SetResult();
        Assert.Equal("well", await next.WaitAsync(Cancelled));
    }

    [Fact]
    public async Task Calls_over_bulkhead_and_queue_are_refused()
    {
        var tools = new TroubledTools();
        using var service = new Service(tools, TimeProvider.System);
        var taken = Enumerable.Range(0, 4 + 128).Select(_ => service.CallAsync("wait", new { })).ToList();
        await tools.Entered.WaitAsync(Cancelled);

        var refused = await Assert.ThrowsAsync<RunRefusedException>(() => service.CallAsync("wait", new { }));

        Assert.Equal((503, "agent-busy", TimeSpan.FromSeconds(1)), (refused.Status, refused.Type, refused.RetryAfter));
        tools.Release.SetResult();
        Assert.All(await Task.WhenAll(taken), result => Assert.Equal("done", result));
    }

    [Fact]
    public async Task Caller_who_leaves_frees_the_place()
    {
        var tools = new TroubledTools();
        using var service = new Service(tools, TimeProvider.System);
        using var left = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 4).Select(_ => service.CallAsync("wait", new { }, left.Token)).ToList();
        for (var i = 0; i < 4; i++)
        {
            await tools.Entered.WaitAsync(Cancelled);
        }

        await left.CancelAsync();

        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        Assert.Equal("well", await service.CallAsync("fail", new { fails = false }));
        Assert.True(service.Agent.Healthy);
    }

    [Fact]
    public async Task Tool_that_hoards_memory_is_ended_and_the_process_lives()
    {
        using var service = new Service(new TroubledTools(), TimeProvider.System);

        var refused = await Assert.ThrowsAsync<RunRefusedException>(() => service.CallAsync("hoard", new { }));

        Assert.Equal((413, "too-large"), (refused.Status, refused.Type));
        Assert.Contains("512 MiB", refused.Message, StringComparison.Ordinal);
        Assert.Equal("well", await service.CallAsync("fail", new { fails = false }));
    }

    private sealed class Service : IDisposable
    {
        private readonly HttpClient _http = new() { BaseAddress = new Uri("http://127.0.0.1:1/") };
        private readonly ModelAccess _model;
        private readonly HeapWatch _heap = new(TimeProvider.System);

        public Service(TroubledTools tools, TimeProvider clock)
        {
            _model = new ModelAccess(_http);
            var entry = new AgentEntry(
                typeof(TroubledTools), new AgentDefinition("troubled") { Purpose = "Fails.", Instructions = "Fail.", Examples = [] }, AgentTool.Of(typeof(TroubledTools)));
            Agent = new RunningAgent(entry, tools, _model, new StoredArtifacts(new ArtifactsClient(_http)), _heap, clock);
        }

        public RunningAgent Agent { get; }

        public async Task<string?> CallAsync(string tool, object arguments, CancellationToken? cancelled = null) =>
            (string?)await Agent.CallAsync(Agent.Tools.Single(t => t.Name == tool), JsonSerializer.SerializeToElement(arguments), cancelled ?? Cancelled);

        public void Dispose()
        {
            Agent.Dispose();
            _heap.Dispose();
            _model.Dispose();
            _http.Dispose();
        }
    }

    private sealed class TroubledTools
    {
        public SemaphoreSlim Entered { get; } = new(0);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        [KernelFunction("fail"), Description("Fails when told to.")]
        public static string Fail(bool fails) => fails ? throw new FormatException("As told.") : "well";

        [KernelFunction("wait"), Description("Waits to be released.")]
        public async Task<string> WaitAsync(CancellationToken cancellationToken)
        {
            Entered.Release();
            await Release.Task.WaitAsync(cancellationToken);
            return "done";
        }

        [KernelFunction("wait_deaf"), Description("Waits to be released, whatever else.")]
        public async Task<string> WaitDeafAsync()
        {
            Entered.Release();
            await Release.Task;
            return "done";
        }

        [KernelFunction("hoard"), Description("Takes all the memory it gets.")]
        public static async Task<string> HoardAsync(CancellationToken cancellationToken)
        {
            List<byte[]> hoard = [];
            while (hoard.Count < 1024)
            {
                hoard.Add(GC.AllocateUninitializedArray<byte>(4 << 20));
                await Task.Delay(TimeSpan.FromMilliseconds(2), cancellationToken);
            }

            return $"{hoard.Count}";
        }
    }
}
