using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

/// <summary>Several servers, and servers that come and go.</summary>
public class ServersTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Spreads_calls_over_the_servers()
    {
        await using var one = await OllamaSimulator.StartAsync(Stalling(), Cancelled);
        await using var two = await OllamaSimulator.StartAsync(Stalling(), Cancelled);
        await using var router = await BeforeAsync(one, two, "ModelRouter:Preload=true");
        while ((await router.GetAsync("api/ps", Cancelled)).GetProperty("models").GetArrayLength() < 6)
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }

        using var leaving = new CancellationTokenSource();
        using var first = await router.PostAsync("api/chat", Body("first"), leaving.Token);
        using var second = await router.PostAsync("api/chat", Body("second"), leaving.Token);

        Assert.Equal((1, 1), (Chats(one), Chats(two)));
    }

    [Fact]
    public async Task Asks_only_a_server_that_has_the_model()
    {
        await using var one = await OllamaSimulator.StartAsync(new() { Models = [new("here", SpeedProfile.OneBillion)] }, Cancelled);
        await using var two = await OllamaSimulator.StartAsync(new() { Models = [new("there", SpeedProfile.OneBillion)] }, Cancelled);
        await using var router = await BeforeAsync(one, two);

        foreach (var model in new[] { "here", "there", "there" })
        {
            Assert.Equal(200, (await router.AskAsync("api/chat", Body("x", model, stream: false), Cancelled)).Status);
        }

        Assert.Equal((1, 2), (Chats(one), Chats(two)));
        var names = (await router.GetAsync("api/tags", Cancelled)).GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString());
        Assert.Equal(["here:latest", "there:latest"], names);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Gives_a_call_to_another_server_when_its_own_is_lost_before_the_answer_began(bool stream)
    {
        var one = await OllamaSimulator.StartAsync(Slow(), Cancelled);
        await using var two = await OllamaSimulator.StartAsync(Slow(), Cancelled);
        await using var router = await BeforeAsync(one, two);
        var call = router.LinesAsync("api/chat", Body("first", stream: stream), Cancelled);
        await one.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);
        two.Faults.Set([]);

        await one.DisposeAsync();

        Assert.True(JsonElement.Parse((await call)[^1]).GetProperty("done").GetBoolean());
        Assert.Equal(1, Chats(two));
    }

    [Fact]
    public async Task Gives_those_who_wait_to_another_server_when_theirs_is_lost()
    {
        var one = await OllamaSimulator.StartAsync(Slow(), Cancelled);
        var clock = new FakeTimeProvider();
        await using var two = await OllamaSimulator.StartAsync(Slow() with { Clock = clock }, Cancelled);
        await using var router = await BeforeAsync(one, two);
        List<Task<string[]>> calls = [];
        for (var i = 0; i < 6; i++)
        {
            calls.Add(router.LinesAsync("api/chat", Body($"number {i}"), Cancelled));
        }

        await one.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);
        await two.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);
        while (router.Waiting < 4)
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }

        await one.DisposeAsync();
        var all = Task.WhenAll(calls);
        while (!all.IsCompleted)
        {
            clock.Advance(TimeSpan.FromHours(1));
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }

        foreach (var lines in await all)
        {
            Assert.True(JsonElement.Parse(lines[^1]).TryGetProperty("done", out var done) && done.GetBoolean(), lines[^1]);
        }
    }

    [Fact]
    public async Task Tells_what_runs_at_the_servers_that_answer()
    {
        var one = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var two = await OllamaSimulator.StartAsync(new() { Models = [new("there", SpeedProfile.OneBillion)] }, Cancelled);
        await using var router = await BeforeAsync(one, two);
        Assert.Equal(200, (await router.AskAsync("api/chat", Body("x", "there", stream: false), Cancelled)).Status);

        await one.DisposeAsync();

        Assert.Equal("there:latest", Assert.Single((await router.GetAsync("api/ps", Cancelled)).GetProperty("models").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Keeps_those_who_wait_while_the_only_server_starts_again()
    {
        var before = await OllamaSimulator.StartAsync(Slow(), Cancelled);
        var address = before.Address.ToString();
        await using var router = await Router.BeforeAsync(before);
        var calls = Enumerable.Range(0, 3).Select(i => router.LinesAsync("api/chat", Body($"number {i}"), Cancelled)).ToList();
        await before.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);
        while (router.Waiting < 2)
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }

        await before.DisposeAsync();
        while ((await router.GetAsync("queue", Cancelled)).GetProperty("servers")[0].GetProperty("state").GetString() != "lost")
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }

        await using var after = await OllamaSimulator.StartAsync(new() { Url = address }, Cancelled);

        foreach (var lines in await Task.WhenAll(calls))
        {
            Assert.True(JsonElement.Parse(lines[^1]).GetProperty("done").GetBoolean(), lines[^1]);
        }

        Assert.Equal(3, Chats(after));
    }

    private static Task<Router> BeforeAsync(OllamaSimulator one, OllamaSimulator two, params string[] settings) =>
        Router.StartAsync(["Backends:models:Provider=ollama", $"ConnectionStrings:ollama=Endpoint={one.Address},{two.Address}", .. settings]);

    private static OllamaSimulatorOptions Stalling() => new() { Faults = [new(FaultKind.Stall)] };

    private static OllamaSimulatorOptions Slow() => new() { Faults = [new(FaultKind.SlowFirstToken) { Delay = TimeSpan.FromHours(1) }], TimeScale = 1, Models = [new("llama3.2:1b", new SpeedProfile(100_000, 100_000, 0, 0))] };

    private static int Chats(OllamaSimulator simulator) => simulator.Requests.Count(r => r.Path == "/api/chat");

    private static string Body(string text, string model = "llama3.2:1b", bool stream = true) =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}],"stream":{{(stream ? "true" : "false")}}}""";
}
