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
        Assert.Equal(["here:latest", "there:latest"], await NamesAsync(router));
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
        await UntilLostAsync(router);

        await using var after = await OllamaSimulator.StartAsync(new() { Url = address }, Cancelled);

        foreach (var lines in await Task.WhenAll(calls))
        {
            Assert.True(JsonElement.Parse(lines[^1]).GetProperty("done").GetBoolean(), lines[^1]);
        }

        Assert.Equal(3, Chats(after));
    }

    [Fact]
    public async Task Keeps_who_waits_for_a_model_whose_server_ends_while_it_loads_it()
    {
        var clock = new FakeTimeProvider();
        SimulatedModel[] models = [new("slow-to-load", new SpeedProfile(100_000, 100_000, 3600, 3600))];
        var before = await OllamaSimulator.StartAsync(new() { Models = models, TimeScale = 1, Clock = clock }, Cancelled);
        var address = before.Address.ToString();
        await using var router = await Router.BeforeAsync(before);
        var call = router.LinesAsync("api/chat", Body("first", "slow-to-load"), Cancelled);
        await before.Requests.WaitForAsync(r => r.Path == "/api/generate", Cancelled);

        await before.DisposeAsync();
        await UntilLostAsync(router);
        await using var after = await OllamaSimulator.StartAsync(new() { Url = address, Models = models }, Cancelled);

        Assert.True(JsonElement.Parse((await call)[^1]).GetProperty("done").GetBoolean());
    }

    [Fact]
    public async Task Keeps_who_waits_for_as_long_as_they_may_and_takes_nobody_else_for_a_server_that_is_long_away()
    {
        var time = new FakeTimeProvider();
        var before = await OllamaSimulator.StartAsync(Slow(), Cancelled);
        var address = before.Address.ToString();
        await using var router = await Router.BeforeAsync(before, time, "ModelRouter:MaxWait=00:10:00");
        var calls = Enumerable.Range(0, 2).Select(i => router.LinesAsync("api/chat", Body($"number {i}"), Cancelled)).ToList();
        await before.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);
        await before.DisposeAsync();
        await UntilLostAsync(router);

        (int Status, JsonElement Body) refused;
        do
        {
            time.Advance(TimeSpan.FromSeconds(1));
            using var leaving = new CancellationTokenSource();
            var asking = router.AskAsync("api/chat", Body("late", stream: false), leaving.Token);
            while (!asking.IsCompleted && router.Waiting < 3)
            {
                await Task.Yield();
                Cancelled.ThrowIfCancellationRequested();
            }

            if (asking.IsCompleted)
            {
                refused = await asking;
                break;
            }

            await leaving.CancelAsync();
            while (router.Waiting > 2)
            {
                await Task.Yield();
                Cancelled.ThrowIfCancellationRequested();
            }
        }
        while (true);

        Assert.Equal(502, refused.Status);
        Assert.All(calls, c => Assert.False(c.IsCompleted));
        await using var after = await OllamaSimulator.StartAsync(new() { Url = address }, Cancelled);
        var all = Task.WhenAll(calls);
        while (!all.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancelled);
        }

        Assert.All(await all, lines => Assert.True(JsonElement.Parse(lines[^1]).GetProperty("done").GetBoolean(), lines[^1]));
    }

    [Fact]
    public async Task Notices_that_an_idle_server_was_started_anew()
    {
        var time = new FakeTimeProvider();
        var before = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        var address = before.Address.ToString();
        await using var router = await Router.BeforeAsync(before, time);
        Assert.Equal(200, (await router.AskAsync("api/chat", Body("first", stream: false), Cancelled)).Status);
        await before.DisposeAsync();
        await using var after = await OllamaSimulator.StartAsync(new() { Url = address }, Cancelled);

        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(200, (await router.AskAsync("api/chat", Body("second", stream: false), Cancelled)).Status);

        Assert.Single(after.Requests, r => r.Path == "/api/generate");
    }

    [Fact]
    public async Task Ends_an_answer_that_its_server_stopped_in_the_middle_of_and_serves_the_next_on_a_model_loaded_anew()
    {
        var time = new FakeTimeProvider();
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.Stall) { Times = 1, AfterTokens = 1 }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, time, "ModelRouter:Heartbeat=00:05:00");
        using var first = await router.PostAsync("api/chat", Body("first and more words"), Cancelled);
        using var lines = new StreamReader(await first.Content.ReadAsStreamAsync(Cancelled));
        await lines.ReadLineAsync(Cancelled);
        var second = router.LinesAsync("api/chat", Body("second"), Cancelled);
        while (router.Waiting < 1)
        {
            await Task.Yield();
        }

        var rest = lines.ReadToEndAsync(Cancelled);
        for (var minutes = 0; !rest.IsCompleted; minutes++)
        {
            Assert.True(minutes < 30, "It was waited for longer than half an hour.");
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancelled);
        }

        Assert.Contains("stopped in the middle of an answer", await rest, StringComparison.Ordinal);
        Assert.True(JsonElement.Parse((await second)[^1]).GetProperty("done").GetBoolean());
        Assert.Equal(2, simulator.Loads);
    }

    [Fact]
    public async Task Asks_again_what_a_server_that_froze_was_at_but_waits_for_one_that_reads_a_prompt_for_long()
    {
        var time = new FakeTimeProvider();
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.SlowFirstToken) { Times = 1, Delay = TimeSpan.FromHours(1) }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, time, "ModelRouter:Heartbeat=00:05:00");
        var call = router.LinesAsync("api/chat", Body("first"), Cancelled);
        await simulator.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);

        for (var looks = 0; looks < 80; looks++)
        {
            await LookAsync();
        }

        Assert.False(call.IsCompleted);
        Assert.Equal(1, Chats(simulator));

        simulator.Faults.Set([new(FaultKind.Stall) { When = new Condition { Path = "/api/version" }, Times = 5 }]);
        for (var step = 0; step < 2000 && !call.IsCompleted; step++)
        {
            // A look, then the end of its patience.
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancelled);
        }

        Assert.Contains("\"done\":true", (await call.WaitAsync(TimeSpan.FromMinutes(1), Cancelled))[^1], StringComparison.Ordinal);
        Assert.Equal(2, Chats(simulator));

        // The time stands while the server answers, however long that takes.
        async Task LookAsync()
        {
            var before = Looks();
            time.Advance(TimeSpan.FromSeconds(30));
            for (var waited = 0; Looks() == before && waited < 400; waited++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), Cancelled);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancelled);
        }

        int Looks() => simulator.Requests.Count(r => r.Path == "/api/tags");
    }

    /// <summary>The clock stands, so that whoever waits for the server waits for good.</summary>
    [Fact]
    public async Task Waits_a_second_for_a_server_that_does_not_say_what_it_has_but_not_in_every_call()
    {
        var time = new FakeTimeProvider();
        await using var one = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var two = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.StartAsync(time, "Backends:models:Provider=ollama", $"ConnectionStrings:ollama=Endpoint={one.Address},{two.Address}");
        Assert.Equal(200, (await router.AskAsync("api/chat", Body("first", stream: false), Cancelled)).Status);
        two.Faults.Set([new(FaultKind.Stall) { When = new Condition { Path = "/api/version" } }]);
        time.Advance(TimeSpan.FromSeconds(6));

        var waits = router.AskAsync("api/chat", Body("second", stream: false), Cancelled);
        for (var i = 0; !waits.IsCompleted && i < 600; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(5));
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancelled);
        }

        Assert.Equal(200, (await waits.WaitAsync(TimeSpan.FromSeconds(30), Cancelled)).Status);
        Assert.Equal(200, (await router.AskAsync("api/chat", Body("third", stream: false), Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled)).Status);
    }

    [Fact]
    public async Task Knows_the_models_of_a_server_that_is_away_and_has_who_asks_for_one_wait_for_it()
    {
        var time = new FakeTimeProvider();
        SimulatedModel[] there = [new("there", SpeedProfile.OneBillion)];
        await using var one = await OllamaSimulator.StartAsync(new() { Models = [new("here", SpeedProfile.OneBillion)] }, Cancelled);
        var before = await OllamaSimulator.StartAsync(new() { Models = there }, Cancelled);
        var address = before.Address.ToString();
        await using var router = await Router.StartAsync(time, "Backends:models:Provider=ollama", $"ConnectionStrings:ollama=Endpoint={one.Address},{address}");
        Assert.Equal(200, (await router.AskAsync("api/chat", Body("first", "there", stream: false), Cancelled)).Status);
        await before.DisposeAsync();
        time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(["here:latest", "there:latest"], await NamesAsync(router));
        var call = router.LinesAsync("api/chat", Body("second", "there"), Cancelled);
        await UntilLostAsync(router, server: 1);
        await using var after = await OllamaSimulator.StartAsync(new() { Url = address, Models = there }, Cancelled);
        while (!call.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancelled);
        }

        Assert.True(JsonElement.Parse((await call)[^1]).GetProperty("done").GetBoolean());
    }

    /// <summary>The clock stands a second after the question, so that whoever waits for the server longer waits for good.</summary>
    [Fact]
    public async Task Tells_the_models_of_those_that_answer_within_a_second_and_the_others_once_they_do()
    {
        var time = new FakeTimeProvider();
        await using var one = await OllamaSimulator.StartAsync(new() { Models = [new("here", SpeedProfile.OneBillion)] }, Cancelled);
        await using var two = await OllamaSimulator.StartAsync(
            new() { Models = [new("there", SpeedProfile.OneBillion)], Faults = [new(FaultKind.Stall) { When = new Condition { Path = "/api/version" } }] }, Cancelled);
        await using var router = await Router.StartAsync(time, "Backends:models:Provider=ollama", $"ConnectionStrings:ollama=Endpoint={one.Address},{two.Address}");

        var names = NamesAsync(router);
        await two.Requests.WaitForAsync(r => r.Path == "/api/version", Cancelled);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["here:latest"], await names.WaitAsync(TimeSpan.FromSeconds(30), Cancelled));
        Assert.True((await router.GetAsync("status", Cancelled)).GetProperty("reachable").GetBoolean());
        two.Faults.Set([]);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(["here:latest", "there:latest"], await NamesAsync(router));
    }

    private static async Task<IEnumerable<string?>> NamesAsync(Router router) =>
        (await router.GetAsync("api/tags", Cancelled)).GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString());

    private static async Task UntilLostAsync(Router router, int server = 0)
    {
        while ((await router.GetAsync("queue", Cancelled)).GetProperty("servers")[server].GetProperty("state").GetString() != "lost")
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }
    }

    private static Task<Router> BeforeAsync(OllamaSimulator one, OllamaSimulator two, params string[] settings) =>
        Router.StartAsync(["Backends:models:Provider=ollama", $"ConnectionStrings:ollama=Endpoint={one.Address},{two.Address}", .. settings]);

    private static OllamaSimulatorOptions Stalling() => new() { Faults = [new(FaultKind.Stall)] };

    private static OllamaSimulatorOptions Slow() => new() { Faults = [new(FaultKind.SlowFirstToken) { Delay = TimeSpan.FromHours(1) }], TimeScale = 1, Models = [new("llama3.2:1b", new SpeedProfile(100_000, 100_000, 0, 0))] };

    private static int Chats(OllamaSimulator simulator) => simulator.Requests.Count(r => r.Path == "/api/chat");

    private static string Body(string text, string model = "llama3.2:1b", bool stream = true) =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{text}}"}],"stream":{{(stream ? "true" : "false")}}}""";
}
