using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class QueueTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gives_a_model_one_call_at_a_time_in_the_order_they_came()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [Stalled("first")], NumParallel = 4 }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var leaving = new CancellationTokenSource();
        var first = AskAsync(router, "llama3.2:1b", "first", leaving.Token);
        await Stalling(simulator);
        List<Task<int>> waiting = [];
        for (var i = 0; i < 5; i++)
        {
            waiting.Add(AskAsync(router, "llama3.2:1b", $"number {i}", Cancelled));
            await WaitingAsync(router, i + 1);
        }

        Assert.Single(simulator.Requests, r => r.Path == "/api/chat");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        Assert.All(await Task.WhenAll(waiting), status => Assert.Equal(200, status));
        Assert.Equal(
            ["first", "number 0", "number 1", "number 2", "number 3", "number 4"],
            simulator.Requests.Where(r => r.Path == "/api/chat").Select(r => System.Text.Json.JsonElement.Parse(r.Body).GetProperty("messages")[0].GetProperty("content").GetString()));
    }

    [Fact]
    public async Task Lets_another_model_work_meanwhile_where_the_backend_can()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [Stalled("first")] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:Concurrency=2");
        using var leaving = new CancellationTokenSource();
        var first = AskAsync(router, "llama3.2:1b", "first", leaving.Token);
        await Stalling(simulator);

        Assert.Equal(200, await AskAsync(router, "llama3.2:3b", "other", Cancelled));

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Theory, InlineData("api/chat"), InlineData("v1/chat/completions")]
    public async Task Refuses_what_would_wait_beyond_the_limit(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [Stalled("first")] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:MaxQueue=1");
        using var leaving = new CancellationTokenSource();
        var first = AskAsync(router, "llama3.2:1b", "first", leaving.Token);
        await Stalling(simulator);
        var second = AskAsync(router, "llama3.2:1b", "second", Cancelled);
        await WaitingAsync(router, 1);

        using var refused = await router.PostAsync(path, Body("llama3.2:1b", "third"), Cancelled);

        Assert.Equal(503, (int)refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Contains("refused=server_busy", Assert.Single(refused.Headers.GetValues("x-router-decision")), StringComparison.Ordinal);
        Assert.Contains("server busy", await refused.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(200, await second);
    }

    [Fact]
    public async Task Forgets_who_leaves_the_queue_and_never_bothers_the_backend_with_them()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [Stalled("first")] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var leaving = new CancellationTokenSource();
        using var impatient = new CancellationTokenSource();
        var first = AskAsync(router, "llama3.2:1b", "first", leaving.Token);
        await Stalling(simulator);
        var second = AskAsync(router, "llama3.2:1b", "second", impatient.Token);
        await WaitingAsync(router, 1);
        var third = AskAsync(router, "llama3.2:1b", "third", Cancelled);
        await WaitingAsync(router, 2);

        await impatient.CancelAsync();
        await WaitingAsync(router, 1);
        await leaving.CancelAsync();

        Assert.Equal(200, await third);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.DoesNotContain(simulator.Requests, r => r.Body.Contains("second", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Serves_a_crowd_and_loses_nobody()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:MaxWait=1.00:00:00");

        var statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => AskAsync(router, i % 2 == 0 ? "llama3.2:1b" : "llama3.2:3b", $"{i}", Cancelled)));

        Assert.All(statuses, s => Assert.Equal(200, s));
        Assert.Equal(200, simulator.Requests.Count(r => r.Path == "/api/chat"));
        await WaitingAsync(router, 0);
    }

    private static Fault Stalled(string text) => new(FaultKind.Stall) { When = new Condition { LastUser = text } };

    private static async Task Stalling(OllamaSimulator simulator) => await simulator.Requests.WaitForAsync(r => r.Phase == RequestPhase.Generating, Cancelled);

    private static async Task WaitingAsync(Router router, int count)
    {
        while (router.Waiting != count)
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }
    }

    private static async Task<int> AskAsync(Router router, string model, string text, CancellationToken cancellationToken)
    {
        using var response = await router.PostAsync("api/chat", Body(model, text), cancellationToken);
        await response.Content.ReadAsStringAsync(cancellationToken);
        return (int)response.StatusCode;
    }

    private static string Body(string model, string text) => $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}]}""";
}
