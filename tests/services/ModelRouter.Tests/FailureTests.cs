using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class FailureTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FaultKind.Truncated), InlineData(FaultKind.MidStreamError), InlineData(FaultKind.InvalidLine)]
    public async Task Ends_a_broken_stream_with_an_error_line(FaultKind fault)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(fault) { AfterTokens = 3 }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var lines = await router.LinesAsync("api/chat", Chat(true), Cancelled);

        Assert.True(lines.Length > 1, string.Join('\n', lines));
        Assert.All(lines[..^1], l => Assert.False(JsonElement.Parse(l).GetProperty("done").GetBoolean()));
        Assert.NotEqual("", JsonElement.Parse(lines[^1]).GetProperty("error").GetString());
    }

    [Theory]
    [InlineData(false, FaultKind.Truncated), InlineData(false, FaultKind.MidStreamError)]
    [InlineData(true, FaultKind.Truncated), InlineData(true, FaultKind.MidStreamError), InlineData(true, FaultKind.InvalidLine)]
    public async Task Ends_a_broken_stream_with_an_error_event_and_without_done(bool openAI, FaultKind fault)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(fault) { AfterTokens = 3 }] }, Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        var lines = await router.LinesAsync("v1/chat/completions", Chat(true), Cancelled);

        Assert.DoesNotContain("data: [DONE]", lines);
        var error = JsonElement.Parse(lines[^1]["data: ".Length..]).GetProperty("error");
        Assert.Equal("api_error", error.GetProperty("type").GetString());
    }

    /// <summary>A reset may overtake what was sent before it, so it comes as an error line or as an error status; never as an answer.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task Never_takes_a_reset_connection_for_an_answers_end(bool openAI)
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Models = [new("llama3.2:1b", new SpeedProfile(10_000, 20, 0, 0))], Faults = [new(FaultKind.Reset) { AfterTokens = 3 }], TimeScale = 1 }, Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        var lines = await router.LinesAsync("api/chat", Chat(true), Cancelled);

        Assert.Equal("the model backend '" + (openAI ? "openai" : "ollama") + "' broke the connection", JsonElement.Parse(lines[^1]).GetProperty("error").GetString());
    }

    [Theory]
    [InlineData(false, FaultKind.ServerError, 500), InlineData(false, FaultKind.Reset, 502), InlineData(false, FaultKind.InvalidLine, 502)]
    [InlineData(true, FaultKind.ServerError, 500), InlineData(true, FaultKind.Reset, 502)]
    public async Task Says_what_went_wrong_with_an_answer_in_one_piece(bool openAI, FaultKind fault, int expected)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(fault)] }, Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync("api/chat", Chat(false), Cancelled);

        Assert.Equal(expected, status);
        Assert.NotEqual("", reply.GetProperty("error").GetString());
    }

    [Theory, InlineData(FaultKind.ServerError), InlineData(FaultKind.Reset), InlineData(FaultKind.Truncated), InlineData(FaultKind.MidStreamError)]
    public async Task Stops_asking_a_model_after_five_failures_in_a_row_and_probes_after_a_minute(FaultKind fault)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(fault) { Times = 5 }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, _time);
        for (var i = 0; i < 5; i++)
        {
            await router.LinesAsync("api/chat", Chat(true), Cancelled);
        }

        using var refused = await router.PostAsync("api/chat", Chat(true), Cancelled);
        Assert.Equal((503, TimeSpan.FromSeconds(60)), ((int)refused.StatusCode, refused.Headers.RetryAfter?.Delta));
        Assert.Equal(5, simulator.Requests.Count(r => r.Path == "/api/chat"));
        var (otherModel, _) = await router.AskAsync("api/chat", Chat(false).Replace("1b", "3b", StringComparison.Ordinal), Cancelled);
        Assert.Equal(200, otherModel);

        _time.Advance(TimeSpan.FromSeconds(60));
        var (probe, _) = await router.AskAsync("api/chat", Chat(false), Cancelled);
        var (after, _) = await router.AskAsync("api/chat", Chat(false), Cancelled);

        Assert.Equal((200, 200), (probe, after));
    }

    [Fact]
    public async Task Opens_the_breaker_in_openais_shape_too()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.ServerError)] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, _time);
        for (var i = 0; i < 5; i++)
        {
            await router.AskAsync("v1/chat/completions", Chat(false), Cancelled);
        }

        var (status, reply) = await router.AskAsync("v1/chat/completions", Chat(false), Cancelled);

        Assert.Equal((503, "model_unavailable"), (status, reply.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Takes_a_busy_backend_for_busy_and_not_for_broken()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.Busy) { Times = 10 }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        for (var i = 0; i < 10; i++)
        {
            using var busy = await router.PostAsync("api/chat", Chat(true), Cancelled);
            Assert.Equal(503, (int)busy.StatusCode);
            Assert.True(busy.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        var (status, _) = await router.AskAsync("api/chat", Chat(false), Cancelled);

        Assert.Equal(200, status);
    }

    [Fact]
    public async Task Callers_mistakes_never_open_the_breaker()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        for (var i = 0; i < 10; i++)
        {
            var (refused, _) = await router.AskAsync("api/embed", """{"model":"llama3.2:1b","input":"x","dimensions":1000000}""", Cancelled);
            Assert.InRange(refused, 200, 499);
        }

        var (status, _) = await router.AskAsync("api/chat", Chat(false), Cancelled);

        Assert.Equal(200, status);
    }

    [Fact]
    public async Task Says_that_a_backend_cannot_be_reached_and_recovers_when_it_is_back()
    {
        var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        var address = simulator.Address;
        await simulator.DisposeAsync();
        await using var router = await Router.StartAsync("Backends:models:Provider=ollama", $"ConnectionStrings:ollama={address}");

        var (status, reply) = await router.AskAsync("api/chat", Chat(false), Cancelled);
        Assert.Equal((502, "the model backend 'ollama' cannot be reached"), (status, reply.GetProperty("error").GetString()));
        var state = await router.GetAsync("status", Cancelled);
        Assert.False(state.GetProperty("reachable").GetBoolean());
        Assert.Equal("the model backend 'ollama' cannot be reached", state.GetProperty("reason").GetString());

        await using var back = await OllamaSimulator.StartAsync(new() { Url = address.ToString() }, Cancelled);
        var (later, _) = await router.AskAsync("api/chat", Chat(false), Cancelled);
        Assert.Equal(200, later);
    }

    [Theory]
    [InlineData("api/ps", null), InlineData("api/show", """{"model":"llama3.2:1b"}""")]
    public async Task Says_of_models_too_that_a_backend_cannot_be_reached(string path, string? body)
    {
        var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        await simulator.DisposeAsync();

        using var response = body is null ? await router.Client.GetAsync(path, Cancelled) : await router.PostAsync(path, body, Cancelled);

        Assert.Equal((502, """{"error":"the model backend 'ollama' cannot be reached"}"""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled)));
        Assert.Equal("refused=backend_unreachable", Assert.Single(response.Headers.GetValues("x-router-decision")));
    }

    [Theory]
    [InlineData("api/ps", null), InlineData("api/show", """{"model":"llama3.2:1b"}""")]
    public async Task Waits_a_few_seconds_for_a_backend_that_hangs_and_no_longer(string path, string? body)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Faults = [new(FaultKind.Stall) { When = new Condition { Path = "/" + path } }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, _time);
        var asking = body is null ? router.Client.GetAsync(path, Cancelled) : router.PostAsync(path, body, Cancelled);
        await simulator.Requests.WaitForAsync(r => r.Path == "/" + path, Cancelled);

        _time.Advance(TimeSpan.FromSeconds(5));

        using var response = await asking.WaitAsync(TimeSpan.FromSeconds(20), Cancelled);
        Assert.Equal((502, """{"error":"the model backend 'ollama' cannot be reached"}"""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled)));
    }

    [Fact]
    public async Task Answers_for_its_state_within_a_second_though_the_backend_hangs()
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Faults = [new(FaultKind.Stall) { When = new Condition { Path = "/api/version" } }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, _time);
        var asking = router.GetAsync("status", Cancelled);
        await simulator.Requests.WaitForAsync(r => r.Path == "/api/version", Cancelled);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.False((await asking).GetProperty("reachable").GetBoolean());
    }

    [Fact]
    public async Task Shows_a_malformed_tool_call_as_text_in_ollamas_dialect_and_as_it_is_in_openais()
    {
        var call = new ToolCall("profile", []) { Garbled = "{\"file\": " };
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = new([new Rule(new Turn { Calls = [call] })]) }, Cancelled);
        await using var router = await Router.BeforeOpenAIAsync(simulator);
        const string Tools = ""","tools":[{"type":"function","function":{"name":"profile","parameters":{"type":"object"}}}]""";

        var (_, ollama) = await router.AskAsync("api/chat", Chat(false, Tools), Cancelled);
        var (_, openAI) = await router.AskAsync("v1/chat/completions", Chat(false, Tools), Cancelled);

        Assert.Contains("{\"file\": ", ollama.GetProperty("message").GetProperty("content").GetString(), StringComparison.Ordinal);
        var message = openAI.GetProperty("choices")[0].GetProperty("message").GetRawText();
        Assert.Contains("{\\\"file\\\": ", message, StringComparison.Ordinal);
    }

    private static string Chat(bool stream, string more = "") =>
        $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"Hi"}],"stream":{{(stream ? "true" : "false")}}{{more}}}""";
}
