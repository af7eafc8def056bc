using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class CachingTests
{
    private const string Deterministic = """{"temperature":0}""";

    private const string Tool = """{"type":"function","function":{"name":"send","description":"Sends.","parameters":{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData("api/chat"), InlineData("v1/chat/completions")]
    public async Task Replays_an_answer_chunk_by_chunk(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say("one two three four five")) }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (decided, made) = await StreamAsync(router, path, Body());
        var (hit, replayed) = await StreamAsync(router, path, Body());

        Assert.Equal(("cache=miss, share=leader", "cache=hit"), (decided, hit));
        Assert.True(made.Length > 5);
        Assert.Equal(made, replayed);
        Assert.Single(simulator.Requests, r => r.Path == "/api/chat");
    }

    [Fact]
    public async Task Serves_both_dialects_and_both_ways_of_delivery_from_one_answer()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (_, first) = await router.AskAsync("api/chat", Body(stream: false), Cancelled);
        var (_, second) = await router.AskAsync("v1/chat/completions", Body(stream: false), Cancelled);
        var (decision, lines) = await StreamAsync(router, "api/chat", Body());

        Assert.Equal("cache=hit", decision);
        Assert.Single(simulator.Requests, r => r.Path == "/api/chat");
        var text = first.GetProperty("message").GetProperty("content").GetString();
        Assert.Equal(text, second.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(text, string.Concat(lines.Select(l => JsonElement.Parse(l).GetProperty("message").GetProperty("content").GetString())));
        Assert.Equal(
            (first.GetProperty("prompt_eval_count").GetInt32(), first.GetProperty("eval_count").GetInt32()),
            (second.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), second.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
    }

    [Fact]
    public async Task Serves_vectors_again()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (_, first) = await router.AskAsync("api/embed", """{"model":"base-embed","input":["a","b"]}""", Cancelled);
        var (_, second) = await router.AskAsync("api/embed", """{"model":"base-embed","input":["a","b"]}""", Cancelled);
        await router.AskAsync("api/embed", """{"model":"base-embed","input":["b","a"]}""", Cancelled);

        Assert.Equal(first.GetRawText(), second.GetRawText());
        Assert.Equal(2, simulator.Requests.Count(r => r.Path == "/api/embed" && r.Body.Contains("\"a\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"temperature":0,"num_predict":2}""", "cut off"), InlineData("""{"temperature":0.5}""", "sampled"), InlineData("{}", "sampled")]
    public async Task Keeps_no_answer_that_is(string options, string what)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        await StreamAsync(router, "api/chat", Body(options));
        var (decision, _) = await StreamAsync(router, "api/chat", Body(options));

        Assert.NotEqual("cache=hit", decision);
        Assert.True(simulator.Requests.Count(r => r.Path == "/api/chat") == 2, what);
    }

    [Theory]
    [InlineData(FaultKind.ServerError), InlineData(FaultKind.MidStreamError), InlineData(FaultKind.Truncated), InlineData(FaultKind.InvalidLine), InlineData(FaultKind.Busy)]
    public async Task Keeps_no_failure(FaultKind failure)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(failure) { Times = 1 }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (_, failed) = await StreamAsync(router, "api/chat", Body());
        var (decision, lines) = await StreamAsync(router, "api/chat", Body());

        Assert.Contains("error", failed[^1], StringComparison.Ordinal);
        Assert.Equal("cache=miss, share=leader", decision);
        Assert.Contains("\"done\":true", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passes_every_load_and_unload_on()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        for (var i = 0; i < 2; i++)
        {
            var (decision, _) = await StreamAsync(router, "api/generate", """{"model":"llama3.2:1b","options":{"temperature":0}}""");
            Assert.Equal("cache=off, share=off", decision);
        }

        Assert.Equal(2, simulator.Requests.Count(r => r.Path == "/api/generate" && r.Body.Contains("temperature", StringComparison.Ordinal)));
    }

    [Theory, InlineData(true, 2), InlineData(false, 1)]
    public async Task Keeps_no_tool_calls_of_an_agent_that_writes(bool writes, int asked)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = new([new(Turn.Call("send", new { text = "Hi" }))]) }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        var body = $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"Send Hi"}],"tools":[{{Tool}}],"options":{{Deterministic}} }""";

        for (var i = 0; i < 2; i++)
        {
            var (_, lines) = await StreamAsync(router, "api/chat", body, ("x-router-agent-writes", writes ? "true" : "false"));
            Assert.Contains(lines, l => l.Contains("\"send\"", StringComparison.Ordinal));
        }

        Assert.Equal(asked, simulator.Requests.Count(r => r.Path == "/api/chat"));
    }

    [Fact]
    public async Task Gives_a_caller_nothing_made_for_another()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var ada = router.CreateClient(Caller.Service("ada"));
        using var bob = router.CreateClient(Caller.Service("bob"));

        List<string> decisions = [];
        foreach (var client in new[] { ada, bob, ada })
        {
            using var response = await client.PostAsync("api/chat", new StringContent(Body()), Cancelled);
            await response.Content.ReadAsStringAsync(Cancelled);
            decisions.Add(Assert.Single(response.Headers.GetValues("x-router-decision")).Split(", wait")[0]);
        }

        Assert.Equal(["cache=miss, share=leader", "cache=miss, share=leader", "cache=hit"], decisions);
    }

    [Fact]
    public async Task Forgets_an_answer_when_its_time_is_up()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, time, "ModelRouter:CacheExpiry=00:00:20");

        await StreamAsync(router, "api/chat", Body());
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal("cache=hit", (await StreamAsync(router, "api/chat", Body())).Decision);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("cache=miss, share=leader", (await StreamAsync(router, "api/chat", Body())).Decision);
    }

    [Fact]
    public async Task Keeps_nothing_where_it_is_given_no_memory()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:CacheBytes=0");

        await StreamAsync(router, "api/chat", Body());

        Assert.Equal("cache=off, share=leader", (await StreamAsync(router, "api/chat", Body())).Decision);
        Assert.Equal(2, simulator.Requests.Count(r => r.Path == "/api/chat"));
    }

    [Fact]
    public async Task Counts_hits_and_misses_and_the_work_saved()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var requests = router.Count("sutazai.router.cache.requests", "result");
        using var saved = router.Count("sutazai.router.cache.saved");

        var (_, made) = await StreamAsync(router, "api/chat", Body());
        await StreamAsync(router, "api/chat", Body());
        await StreamAsync(router, "api/chat", Body());

        var end = JsonElement.Parse(made[^1]);
        var work = (end.GetProperty("prompt_eval_duration").GetInt64() + end.GetProperty("eval_duration").GetInt64() + (end.GetProperty("load_duration").GetInt64() / 2)) / 1e9;
        Assert.Equal((1, 2), (requests["miss"], requests["hit"]));
        Assert.True(work > 0);
        Assert.Equal(2 * work, saved.Total, 4);
    }

    private static async Task<(string Decision, string[] Lines)> StreamAsync(Router router, string path, string body, params (string, string)[] headers)
    {
        using var response = await router.PostAsync(path, body, Cancelled, headers);
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        return (Assert.Single(response.Headers.GetValues("x-router-decision")).Split(", wait")[0], [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(WithoutItsOwn)]);
    }

    /// <summary>A line without what each reply has of its own.</summary>
    private static string WithoutItsOwn(string line)
    {
        if (line == "data: [DONE]")
        {
            return line;
        }

        var json = JsonNode.Parse(line.StartsWith("data: ", StringComparison.Ordinal) ? line["data: ".Length..] : line)!.AsObject();
        foreach (var own in new[] { "created_at", "created", "id" })
        {
            json.Remove(own);
        }

        return json.ToJsonString();
    }

    private static string Body(string options = Deterministic, bool stream = true) =>
        $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"Say something of more than two words"}],"stream":{{(stream ? "true" : "false")}},"temperature":0,"options":{{options}}}""";
}
