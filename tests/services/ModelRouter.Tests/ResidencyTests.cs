using Microsoft.Extensions.Time.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class ResidencyTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loads_a_model_once_however_long_a_context_its_callers_ask_for()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        foreach (var context in new[] { 2048, 512, 3000, 1024 })
        {
            Assert.Equal((200, "num_ctx=4096"), await AskAsync(router, "api/chat", $$""","options":{"num_ctx":{{context}}}"""));
            Assert.Equal((200, null), await AskAsync(router, "api/chat", ""));
        }

        Assert.Equal(1, simulator.Loads);
    }

    [Fact]
    public async Task Loads_it_again_for_a_longer_context_and_keeps_that()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        Assert.Equal((200, null), await AskAsync(router, "api/chat", ""));
        Assert.Equal((200, "num_ctx=16384"), await AskAsync(router, "api/chat", ""","options":{"num_ctx":10000}"""));
        Assert.Equal((200, "num_ctx=16384, num_thread=unset"), await AskAsync(router, "api/generate", ""","options":{"num_ctx":4096,"num_thread":2}"""));
        Assert.Equal((200, null), await AskAsync(router, "v1/chat/completions", ""));

        Assert.Equal(2, simulator.Loads);
        Assert.Equal(16384, Assert.Single((await RunningAsync(router)).Values));
    }

    [Fact]
    public async Task Gives_no_caller_a_context_that_does_not_fit_in_memory()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:ModelMemoryBytes=3000000000");

        var (status, changed) = await AskAsync(router, "api/chat", ""","options":{"num_ctx":131072}""");

        var context = Assert.Single((await RunningAsync(router)).Values);
        Assert.Equal((200, $"num_ctx={context}"), (status, changed));
        Assert.InRange(context, 4096, 65536);
    }

    [Fact]
    public async Task Unloads_a_model_that_is_to_be_kept_for_no_time()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        await AskAsync(router, "api/chat", "");
        Assert.Single(await RunningAsync(router));

        var (_, reply) = await router.AskAsync("api/chat", """{"model":"llama3.2:1b","messages":[],"keep_alive":0,"stream":false}""", Cancelled);

        Assert.Equal("unload", reply.GetProperty("done_reason").GetString());
        await UntilAsync(async () => (await RunningAsync(router)).Count == 0);
        Assert.Equal((200, null), await AskAsync(router, "api/chat", ""));
        Assert.Equal(2, simulator.Loads);
    }

    [Theory]
    [InlineData("api/chat", """{"model":"llama3.2:1b","messages":[{"role":"user","content":"Hi"}],"stream":false,"options":{"temperature":0}#}""")]
    [InlineData("api/embed", """{"model":"nomic-embed-text","input":"Hi"#}""")]
    public async Task Unloads_it_too_where_the_answer_was_kept(string path, string body)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        await router.AskAsync(path, body.Replace("#", "", StringComparison.Ordinal), Cancelled);
        Assert.Single(await RunningAsync(router));

        using var kept = await router.PostAsync(path, body.Replace("#", ",\"keep_alive\":0", StringComparison.Ordinal), Cancelled);

        Assert.Equal("cache=hit", Assert.Single(kept.Headers.GetValues("x-router-decision")));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        await UntilAsync(async () => (await RunningAsync(router)).Count == 0, patience.Token);
    }

    [Fact]
    public async Task Unloads_a_model_when_it_has_not_been_used_for_as_long_as_it_was_to_be_kept()
    {
        var time = new FakeTimeProvider();
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, time);
        await AskAsync(router, "api/chat", ""","keep_alive":"5m" """);

        time.Advance(TimeSpan.FromMinutes(4));
        Assert.Single(await RunningAsync(router));
        time.Advance(TimeSpan.FromMinutes(2));

        await UntilAsync(async () => (await RunningAsync(router)).Count == 0);
    }

    [Fact]
    public async Task Has_the_models_behind_the_aliases_loaded_before_anybody_asks()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:Preload=true");

        await UntilAsync(async () => (await RunningAsync(router)).Count == 3);

        Assert.Equal("llama3.2:1b llama3.2:3b nomic-embed-text:latest", string.Join(' ', (await RunningAsync(router)).Keys.Order(StringComparer.Ordinal)));
        Assert.Equal((200, null), await AskAsync(router, "api/chat", ""));
        Assert.Equal(3, simulator.Loads);
    }

    [Fact]
    public async Task Takes_no_more_models_at_once_than_fit_in_memory()
    {
        SimulatedModel[] models = [Model("a"), Model("b"), Model("c")];
        await using var simulator = await OllamaSimulator.StartAsync(new() { Models = models }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:ModelMemoryBytes=2900000000");
        foreach (var model in models)
        {
            var (status, _) = await router.AskAsync("api/chat", $$"""{"model":"{{model.Name}}","messages":[{"role":"user","content":"Hi"}],"stream":false}""", Cancelled);
            Assert.Equal(200, status);
        }

        var running = await RunningAsync(router);
        Assert.Equal((2, true), (running.Count, running.ContainsKey("c:latest")));
    }

    [Fact]
    public async Task Forgets_who_leaves_while_the_model_is_loaded()
    {
        var clock = new FakeTimeProvider();
        await using var simulator = await OllamaSimulator.StartAsync(new() { Models = [new("llama3.2:1b", new SpeedProfile(10_000, 50, 30, 30))], Clock = clock, TimeScale = 1 }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var leaving = new CancellationTokenSource();
        var left = router.PostAsync("api/chat", Body("1"), leaving.Token);
        await simulator.Requests.WaitForAsync(r => r.Path == "/api/generate", Cancelled);
        var stays = router.AskAsync("api/chat", Body("2"), Cancelled);
        await UntilAsync(() => Task.FromResult(router.Waiting == 2));

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await UntilAsync(() => Task.FromResult(router.Waiting == 1));
        while (!stays.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }

        Assert.Equal(200, (await stays).Status);
        Assert.DoesNotContain(simulator.Requests, r => r.Path == "/api/chat" && r.Body.Contains("question 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tells_those_who_wait_why_a_model_cannot_be_loaded()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.LoadCrash)] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync("api/chat", Body("1"), Cancelled);

        Assert.Equal(500, status);
        Assert.Contains("terminated", reply.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, simulator.Requests.Count(r => r.Path == "/api/generate" && r.Fault == FaultKind.LoadCrash));
    }

    [Fact]
    public async Task Loads_a_model_alone_where_it_could_not_be_loaded_beside_others()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        await router.AskAsync("api/chat", Body("1").Replace(":1b", ":3b", StringComparison.Ordinal), Cancelled);
        simulator.Faults.Set([new(FaultKind.LoadCrash) { Times = 1 }]);

        Assert.Equal((200, null), await AskAsync(router, "api/chat", ""));

        Assert.Equal("llama3.2:1b", string.Join(' ', (await RunningAsync(router)).Keys));
    }

    [Fact]
    public async Task Tells_operators_who_waits_for_what()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.Stall)] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var leaving = new CancellationTokenSource();
        using var first = await router.PostAsync("api/chat", Body("1").Replace("false", "true", StringComparison.Ordinal), leaving.Token);
        var second = router.PostAsync("api/chat", Body("2"), leaving.Token);
        await UntilAsync(() => Task.FromResult(router.Waiting == 1));

        var report = await router.GetAsync("queue", Cancelled);

        var server = Assert.Single(report.GetProperty("servers").EnumerateArray());
        Assert.Equal((simulator.Address.ToString(), "up", 1, 1), (server.GetProperty("address").GetString(), server.GetProperty("state").GetString(), server.GetProperty("working").GetInt32(), server.GetProperty("waiting").GetInt32()));
        var model = Assert.Single(server.GetProperty("models").EnumerateArray());
        Assert.Equal(
            ("llama3.2:1b", "loaded", 4096, 1, 1),
            (model.GetProperty("name").GetString(), model.GetProperty("state").GetString(), model.GetProperty("contextTokens").GetInt32(), model.GetProperty("working").GetInt32(), model.GetProperty("waitingInteractive").GetInt32()));
        Assert.Equal(2, Assert.Single(report.GetProperty("tenants").EnumerateArray()).GetProperty("calls").GetInt32());
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    private static SimulatedModel Model(string name) => new(name, SpeedProfile.OneBillion) { SizeBytes = 1_000_000_000 };

    private static string Body(string question) => $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"question {{question}}"}],"stream":false}""";

    private static async Task<(int Status, string? Changed)> AskAsync(Router router, string path, string more)
    {
        var asks = path == "api/generate" ? "\"prompt\":\"Hi\"" : """ "messages":[{"role":"user","content":"Hi"}] """;
        using var response = await router.PostAsync(path, $$"""{"model":"llama3.2:1b",{{asks}},"stream":false{{more}}}""", Cancelled);
        return ((int)response.StatusCode, response.Headers.TryGetValues("x-router-options", out var changed) ? changed.Single() : null);
    }

    private static async Task<Dictionary<string, int>> RunningAsync(Router router) =>
        (await router.GetAsync("api/ps", Cancelled)).GetProperty("models").EnumerateArray().ToDictionary(m => m.GetProperty("name").GetString()!, m => m.GetProperty("context_length").GetInt32());

    private static async Task UntilAsync(Func<Task<bool>> state, CancellationToken? patience = null)
    {
        while (!await state())
        {
            await Task.Yield();
            (patience ?? Cancelled).ThrowIfCancellationRequested();
        }
    }
}
