using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public partial class SharingTests
{
    private const string Decision = "x-router-decision";
    private static readonly (string, string) s_share = ("x-router-share", "true");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api/chat", true, true), InlineData("api/chat", false, false), InlineData("api/chat", true, false)]
    [InlineData("v1/chat/completions", true, true), InlineData("v1/chat/completions", false, false), InlineData("v1/chat/completions", false, true)]
    public async Task Asks_the_model_once_for_a_hundred_identical_calls(string path, bool evenStream, bool oddStream)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [Stalled("first")] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var joined = router.Count("sutazai.router.share.joined");
        await using var holder = await HoldAsync(simulator, router);

        var calls = Enumerable.Range(0, 100).Select(i => ReadAsync(router, path, Body("same", i % 2 == 0 ? evenStream : oddStream))).ToList();
        await UntilAsync(() => joined.Total == 99);
        await holder.DisposeAsync();

        var answers = await Task.WhenAll(calls);
        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Single(simulator.Requests, Asks("same"));
        Assert.Equal(
            [("cache=miss, share=joined", 99), ("cache=miss, share=leader", 1)],
            answers.GroupBy(a => a.Decision).Select(g => (g.Key, g.Count())).Order());
        Assert.Equal(evenStream == oddStream ? 1 : 2, answers.Select(a => Own().Replace(a.Text, "")).Distinct().Count());
    }

    [Fact]
    public async Task Asks_the_model_once_for_identical_texts_to_embed()
    {
        var hold = new Fault(FaultKind.SlowFirstToken) { When = new Condition { Path = "/api/embed" }, Delay = TimeSpan.FromHours(1), Times = 1 };
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [hold] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var joined = router.Count("sutazai.router.share.joined");
        using var leaving = new CancellationTokenSource();
        var first = router.PostAsync("api/embed", """{"model":"base-embed","input":"first"}""", leaving.Token);
        await simulator.Requests.WaitForAsync(r => r.Fault == FaultKind.SlowFirstToken, Cancelled);

        var calls = Enumerable.Range(0, 20).Select(i => ReadAsync(router, i % 2 == 0 ? "api/embed" : "v1/embeddings", """{"model":"base-embed","input":"same"}""")).ToList();
        await UntilAsync(() => joined.Total == 19);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.All(await Task.WhenAll(calls), a => Assert.Equal(200, a.Status));
        Assert.Single(simulator.Requests, r => r.Path == "/api/embed" && r.Body.Contains("same", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gives_who_joins_late_every_chunk_and_then_follows_live()
    {
        var time = new FakeTimeProvider();
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Script = Script.Of(Turn.Say("one two three four five six")), Faults = [new(FaultKind.Stall) { AfterTokens = 3, Delay = TimeSpan.FromMinutes(1), Times = 1 }], Clock = time }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var leader = await router.PostAsync("api/chat", Body("same", stream: true), Cancelled);
        using var leading = new StreamReader(await leader.Content.ReadAsStreamAsync(Cancelled));
        List<string> led = [Chunk(await leading.ReadLineAsync(Cancelled)), Chunk(await leading.ReadLineAsync(Cancelled))];

        using var joiner = await router.PostAsync("api/chat", Body("same", stream: true), Cancelled);
        using var joining = new StreamReader(await joiner.Content.ReadAsStreamAsync(Cancelled));
        List<string> joined = [Chunk(await joining.ReadLineAsync(Cancelled)), Chunk(await joining.ReadLineAsync(Cancelled))];
        Assert.Equal(led, joined);
        time.Advance(TimeSpan.FromMinutes(2));

        led.AddRange((await leading.ReadToEndAsync(Cancelled)).TrimEnd().Split('\n').Select(Chunk));
        joined.AddRange((await joining.ReadToEndAsync(Cancelled)).TrimEnd().Split('\n').Select(Chunk));
        Assert.Equal(led, joined);
        Assert.Equal("one two three four five six", string.Concat(led.Select(l => JsonElement.Parse(l).GetProperty("message").GetProperty("content").GetString())));
        Assert.True(led.Count > 4);
        Assert.Single(simulator.Requests, Asks("same"));
    }

    [Fact]
    public async Task Goes_on_for_the_others_when_the_first_leaves()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [Stalled("first")] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var joined = router.Count("sutazai.router.share.joined");
        await using var holder = await HoldAsync(simulator, router);
        using var leaving = new CancellationTokenSource();
        var leader = router.PostAsync("api/chat", Body("same", stream: true), leaving.Token);
        await UntilAsync(() => router.Waiting == 1);
        var other = ReadAsync(router, "api/chat", Body("same", stream: true));
        await UntilAsync(() => joined.Total == 1);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        await holder.DisposeAsync();

        Assert.Equal(200, (await other).Status);
        Assert.False(Assert.Single(simulator.Requests, Asks("same")).Aborted);
    }

    [Fact]
    public async Task Stops_the_model_when_the_last_leaves_and_not_before()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.Stall) { Times = 1 }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var leader = await router.PostAsync("api/chat", Body("same", stream: true), Cancelled);
        using var joiner = await router.PostAsync("api/chat", Body("same", stream: true), Cancelled);
        using var watcher = await router.PostAsync("api/chat", Body("same", stream: true), Cancelled);
        using var watching = new StreamReader(await watcher.Content.ReadAsStreamAsync(Cancelled));

        leader.Dispose();
        joiner.Dispose();
        Assert.NotNull(await watching.ReadLineAsync(Cancelled));
        Assert.False(Assert.Single(simulator.Requests, Asks("same")).Aborted);
        watcher.Dispose();

        await simulator.Requests.WaitForAsync(r => r.Aborted, Cancelled);
        Assert.Equal(200, (await ReadAsync(router, "api/chat", Body("same", stream: true))).Status);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Tells_a_failure_to_all_who_wait_and_keeps_it_for_nobody(bool stream)
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Faults = [Stalled("first"), new(FaultKind.ServerError) { Message = "out of luck", When = new Condition { LastUser = "same" }, Times = 1 }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var joined = router.Count("sutazai.router.share.joined");
        await using var holder = await HoldAsync(simulator, router);
        var calls = Enumerable.Range(0, 5).Select(_ => ReadAsync(router, "api/chat", Body("same", stream))).ToList();
        await UntilAsync(() => joined.Total == 4);

        await holder.DisposeAsync();

        Assert.All(await Task.WhenAll(calls), a => Assert.Equal((500, """{"error":"out of luck"}"""), (a.Status, a.Text)));
        Assert.Equal(200, (await ReadAsync(router, "api/chat", Body("same", stream))).Status);
        Assert.Equal(2, simulator.Requests.Count(r => Asks("same")(r)));
    }

    [Fact]
    public async Task Shares_nothing_between_callers()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [Stalled("first")] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        await using var holder = await HoldAsync(simulator, router);
        using var ada = router.CreateClient(Caller.Service("ada"));
        using var bob = router.CreateClient(Caller.Service("bob"));

        var answers = Task.WhenAll(Send(ada), Send(bob));
        await UntilAsync(() => router.Waiting == 2);
        await holder.DisposeAsync();

        Assert.All(await answers, a => Assert.Equal("cache=miss, share=leader", Assert.Single(a.Headers.GetValues(Decision)).Split(", wait")[0]));
        Assert.Equal(2, simulator.Requests.Count(r => Asks("same")(r)));

        static Task<HttpResponseMessage> Send(HttpClient client) => client.PostAsync("api/chat", new StringContent(Body("same", stream: false)), Cancelled);
    }

    [Theory]
    [InlineData(false, "cache=off, share=off", 2), InlineData(true, "cache=off, share=leader", 1)]
    public async Task Shares_what_is_sampled_only_where_the_caller_says_so(bool share, string decision, int asked)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [Stalled("first")] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var joined = router.Count("sutazai.router.share.joined");
        await using var holder = await HoldAsync(simulator, router);
        (string, string)[] headers = share ? [s_share] : [];

        var first = ReadAsync(router, "api/chat", Body("same", stream: true, options: """{"temperature":0.7}"""), headers);
        await UntilAsync(() => router.Waiting == 1);
        var second = ReadAsync(router, "api/chat", Body("same", stream: true, options: """{"temperature":0.7}"""), headers);
        await UntilAsync(() => router.Waiting + joined.Total == 2);
        await holder.DisposeAsync();

        await second;
        Assert.Equal(decision, (await first).Decision);
        Assert.Equal(asked, simulator.Requests.Count(r => Asks("same")(r)));
    }

    [Fact]
    public async Task Lets_nobody_join_an_answer_that_has_grown_too_large_to_keep()
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Script = Script.Of(Turn.Say(string.Join(' ', Enumerable.Range(0, 200)))), Faults = [new(FaultKind.Stall) { AfterTokens = 150, Times = 1 }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:SharedAnswerBytes=1024");
        using var leader = await router.PostAsync("api/chat", Body("same", stream: true), Cancelled);
        using var leading = new StreamReader(await leader.Content.ReadAsStreamAsync(Cancelled));
        for (var i = 0; i < 100; i++)
        {
            await leading.ReadLineAsync(Cancelled);
        }

        var late = ReadAsync(router, "api/chat", Body("same", stream: true));
        await UntilAsync(() => router.Waiting == 1);
        leader.Dispose();

        Assert.Equal((200, "cache=miss, share=leader"), ((await late).Status, (await late).Decision));
        Assert.Equal(2, simulator.Requests.Count(r => Asks("same")(r)));
    }

    [Fact]
    public async Task Ends_each_readers_wait_at_its_own_deadline()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [Stalled("first")] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, time, "ModelRouter:Heartbeat=00:05:00");
        using var joined = router.Count("sutazai.router.share.joined");
        await using var holder = await HoldAsync(simulator, router);
        var leader = ReadAsync(router, "api/chat", Body("same", stream: true), ("x-sutazai-deadline", Milliseconds(30)));
        await UntilAsync(() => router.Waiting == 1);
        var patient = ReadAsync(router, "api/chat", Body("same", stream: true));
        await UntilAsync(() => joined.Total == 1);

        time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(504, (await leader).Status);
        await holder.DisposeAsync();
        Assert.Equal(200, (await patient).Status);
        Assert.Single(simulator.Requests, Asks("same"));

        string Milliseconds(int seconds) => time.GetUtcNow().AddSeconds(seconds).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Makes_a_batch_call_as_urgent_as_who_joins_it()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [Stalled("first")] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var joined = router.Count("sutazai.router.share.joined");
        await using var holder = await HoldAsync(simulator, router);
        var before = ReadAsync(router, "api/chat", Body("before", stream: false), ("x-router-priority", "batch"));
        await UntilAsync(() => router.Waiting == 1);
        var shared = ReadAsync(router, "api/chat", Body("same", stream: false), ("x-router-priority", "batch"));
        await UntilAsync(() => router.Waiting == 2);
        var interactive = ReadAsync(router, "api/chat", Body("same", stream: false));
        await UntilAsync(() => joined.Total == 1);

        await holder.DisposeAsync();

        await Task.WhenAll(before, shared, interactive);
        Assert.Equal(["same", "before"], simulator.Requests.Where(r => Asks("same")(r) || Asks("before")(r)).Select(r => Asks("same")(r) ? "same" : "before"));
    }

    [Fact]
    public async Task Refuses_at_once_what_cannot_be_answered_before_its_deadline_though_it_could_be_shared()
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Faults = [Stalled("first")], TimeScale = 1, Models = [new("llama3.2:1b", new SpeedProfile(100_000, 20, 0, 0))], Script = new Script([new Rule(Turn.Say("one two three four"))]) }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        Assert.Equal(200, (await ReadAsync(router, "api/chat", Body("measured", stream: false))).Status);
        await using var holder = await HoldAsync(simulator, router);
        using var leaving = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 40).Select(i => router.PostAsync("api/chat", Body($"number {i}", stream: false), leaving.Token)).ToList();
        await UntilAsync(() => router.Waiting == 40);
        var deadline = ("x-sutazai-deadline", TimeProvider.System.GetUtcNow().AddSeconds(2).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

        var (status, decision, text) = await ReadAsync(router, "api/chat", Body("same", stream: false), deadline);

        Assert.Equal((503, "refused=server_busy, cache=miss, share=leader"), (status, decision));
        Assert.Contains("leaves no time for an answer before the deadline", text, StringComparison.Ordinal);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));
    }

    [Theory, InlineData("x-router-share"), InlineData("x-router-agent-writes")]
    public async Task Refuses_a_header_that_is_neither_true_nor_false(string header)
    {
        await using var router = await Router.StartAsync();

        var (status, _, text) = await ReadAsync(router, "api/chat", Body("same", stream: true), (header, "maybe"));

        Assert.Equal((400, $$"""{"error":"'{{header}}' must be true or false"}"""), (status, text));
    }

    /// <summary>What each reply has of its own.</summary>
    [GeneratedRegex("""("created_at":"[^"]*")|("id":"[^"]*")|("created":\d+)""")]
    private static partial Regex Own();

    private static Fault Stalled(string text) => new(FaultKind.Stall) { When = new Condition { LastUser = text } };

    /// <summary>Keeps the model busy, so that calls wait, until it is disposed of.</summary>
    private static async Task<IAsyncDisposable> HoldAsync(OllamaSimulator simulator, Router router)
    {
        var holder = new Holder();
        holder.Call = router.PostAsync("api/chat", Body("first", stream: false, options: "{}"), holder.Leaving.Token);
        await simulator.Requests.WaitForAsync(r => r.Phase == RequestPhase.Generating, Cancelled);
        return holder;
    }

    private static async Task UntilAsync(Func<bool> state)
    {
        while (!state())
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
        }
    }

    private static async Task<(int Status, string Decision, string Text)> ReadAsync(Router router, string path, string body, params (string, string)[] headers)
    {
        using var response = await router.PostAsync(path, body, Cancelled, headers);
        var decision = response.Headers.TryGetValues(Decision, out var values) ? string.Join(" | ", values).Split(", wait")[0] : "";
        return ((int)response.StatusCode, decision, await response.Content.ReadAsStringAsync(Cancelled));
    }

    private static Predicate<RecordedRequest> Asks(string text) => r => r.Path == "/api/chat" && r.Body.Contains($"\"{text}\"", StringComparison.Ordinal);

    private static string Chunk(string? line)
    {
        var chunk = System.Text.Json.Nodes.JsonNode.Parse(line!)!.AsObject();
        Assert.True(chunk.Remove("created_at"));
        return chunk.ToJsonString();
    }

    private static string Body(string text, bool stream, string options = """{"temperature":0}""") =>
        $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"{{text}}"}],"stream":{{(stream ? "true" : "false")}},"temperature":0,"options":{{options}}}""";

    private sealed class Holder : IAsyncDisposable
    {
        public CancellationTokenSource Leaving { get; } = new();

        public Task? Call { get; set; }

        public async ValueTask DisposeAsync()
        {
            if (Call is { } call)
            {
                Call = null;
                await Leaving.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
                Leaving.Dispose();
            }
        }
    }
}
