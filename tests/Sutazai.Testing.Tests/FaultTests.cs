using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.Testing.Tests;

using Sutazai.Testing.OllamaSimulator;

public sealed class FaultTests : IAsyncLifetime
{
    private OllamaSimulator _ollama = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _ollama = await OllamaSimulator.StartAsync(cancellationToken: Cancel);
        _client = _ollama.CreateClient();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _ollama.DisposeAsync();
    }

    [Theory]
    [InlineData(FaultKind.Busy, 503, "server busy, please try again.  maximum pending requests exceeded")]
    [InlineData(FaultKind.ServerError, 500, "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details")]
    [InlineData(FaultKind.LoadCrash, 500, "llama-server process has terminated: exit status 2")]
    public async Task Refuses_and_recovers(FaultKind kind, int status, string message)
    {
        _ollama.Faults.Set(new Fault(kind) { Times = 1 });

        using var refused = await _client.PostAsync("/api/chat", Wire.Chat("Hello"), Cancel);
        var answered = await _client.PostForLinesAsync("/api/chat", Wire.Chat("Hello"), Cancel);

        Assert.Equal(status, (int)refused.StatusCode);
        Assert.Equal(message, (string?)(await refused.ReadJsonAsync(Cancel))["error"]);
        Assert.Equal("You asked: Hello", answered.Content());
        Assert.Equal([kind, null], _ollama.Requests.Select(request => request.Fault));
    }

    [Fact]
    public async Task Ends_a_stream_with_an_error_under_status_200()
    {
        _ollama.Faults.Set(new Fault(FaultKind.MidStreamError) { AfterTokens = 2, Message = "out of memory" });

        using var response = await _client.PostAsync("/api/chat", Wire.Chat("Hello"), Cancel);
        var lines = await response.LinesAsync(Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, lines.Length);
        Assert.Equal("""{"error":"out of memory"}""", lines[2]);
    }

    [Fact]
    public async Task Ends_an_event_stream_without_done_on_an_error()
    {
        _ollama.Faults.Set(new Fault(FaultKind.MidStreamError));

        var events = await _client.PostForEventsAsync("/v1/chat/completions", Wire.Chat("Hello"), Cancel);

        Assert.Equal(4, events.Count);
        Assert.Equal("", (string?)JsonNode.Parse(events[^1])!["model"]);
    }

    [Theory]
    [InlineData(0, "error")]
    [InlineData(1, "content")]
    public async Task An_error_before_the_first_token_has_a_status(int tokens, string expected)
    {
        _ollama.Faults.Set(new Fault(FaultKind.MidStreamError) { AfterTokens = tokens });

        using var response = await _client.PostAsync("/api/chat", Wire.Chat("Hello"), Cancel);

        Assert.Equal(expected == "error" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Closes_a_stream_in_good_order_without_its_last_object()
    {
        _ollama.Faults.Set(new Fault(FaultKind.Truncated) { AfterTokens = 2 });

        var chunks = await _client.PostForLinesAsync("/api/chat", Wire.Chat("Hello"), Cancel);

        Assert.Equal([false, false], chunks.Select(chunk => (bool)chunk["done"]!));
    }

    [Theory]
    [InlineData("/api/chat", true)]
    [InlineData("/api/chat", false)]
    [InlineData("/api/generate", true)]
    [InlineData("/v1/chat/completions", true)]
    [InlineData("/v1/completions", true)]
    public async Task Sends_a_line_that_is_no_JSON(string path, bool stream)
    {
        _ollama.Faults.Set(new Fault(FaultKind.InvalidLine));

        using var response = await _client.PostAsync(path, Wire.Chat("Hello", stream).With("prompt", "Hello"), Cancel);
        var lines = (await response.LinesAsync(Cancel)).Select(line => line.Replace("data: ", "", StringComparison.Ordinal)).ToList();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Single(lines, line => line != "[DONE]" && !IsJson(line));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2)]
    public async Task Resets_the_connection(int? afterTokens)
    {
        _ollama.Faults.Set(new Fault(FaultKind.Reset) { AfterTokens = afterTokens });

        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            using var response = await _client.PostAsync("/api/chat", Wire.Chat("Hello"), Cancel);
            await response.Content.ReadAsStringAsync(Cancel);
        });

        var recorded = Assert.Single(await _ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Ended, Cancel));
        Assert.False(recorded.Aborted);
    }

    [Fact]
    public async Task Stalls_in_mid_stream_until_the_client_leaves()
    {
        _ollama.Faults.Set(new Fault(FaultKind.Stall) { AfterTokens = 2 });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        using (var response = await _client.PostAsync("/api/chat", Wire.Chat("Hello"), patience.Token))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
            Assert.Contains("\"You\"", await reader.ReadLineAsync(Cancel), StringComparison.Ordinal);
            Assert.Contains("\" aske\"", await reader.ReadLineAsync(Cancel), StringComparison.Ordinal);
            Assert.False(reader.ReadLineAsync(Cancel).AsTask().IsCompleted);
        }

        var recorded = Assert.Single(await _ollama.Requests.WaitForAsync(request => request.Aborted, Cancel));
        Assert.Equal(FaultKind.Stall, recorded.Fault);
        Assert.Equal(200, recorded.Status);
    }

    [Theory]
    [InlineData(FaultKind.SlowFirstToken)]
    [InlineData(FaultKind.Stall)]
    public async Task Goes_on_after_a_pause(FaultKind kind)
    {
        _ollama.Faults.Set(new Fault(kind) { Delay = TimeSpan.FromMilliseconds(20) });

        Assert.Equal("You asked: Hello", (await _client.PostForLinesAsync("/api/chat", Wire.Chat("Hello"), Cancel)).Content());
    }

    [Fact]
    public async Task Calls_a_tool_with_arguments_that_its_schema_refuses()
    {
        var arguments = (await CallAsync(FaultKind.MalformedArguments))["arguments"]!;

        Assert.Equal("unexpected_argument file", arguments.Members());
        Assert.Equal(JsonValueKind.Object, arguments["file"]!.GetValueKind());
    }

    [Fact]
    public async Task Calls_a_tool_with_arguments_that_are_no_JSON()
    {
        var native = (string)(await CallAsync(FaultKind.InvalidArguments))["arguments"]!;
        var openAi = await _client.PostForJsonAsync("/v1/chat/completions", ToolRequest(), Cancel);

        Assert.False(IsJson(native));
        Assert.Equal(native, (string?)openAi["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["arguments"]);
    }

    [Fact]
    public async Task Calls_a_tool_that_was_not_offered()
    {
        Assert.Equal("profile_v2", (string?)(await CallAsync(FaultKind.UnknownTool))["name"]);
    }

    [Fact]
    public async Task Writes_a_tool_call_as_text()
    {
        _ollama.Faults.Set(new Fault(FaultKind.ToolCallAsText));

        var message = (await _client.PostForJsonAsync("/api/chat", ToolRequest(), Cancel))["message"]!;

        Assert.Equal("role content", message.Members());
        Assert.Equal("""{"name":"profile","arguments":{"file":"art_7"}}""", (string?)message["content"]);
    }

    [Fact]
    public async Task Calls_the_same_tool_again_whatever_it_answers()
    {
        _ollama.Faults.Set(new Fault(FaultKind.EndlessLoop));
        var request = ToolRequest();

        for (var round = 0; round < 4; round++)
        {
            var message = (await _client.PostForJsonAsync("/api/chat", request, Cancel))["message"]!.AsObject();
            var function = message["tool_calls"]![0]!["function"]!;
            Assert.Equal("""{"file":"art_7"}""", function["arguments"]!.ToJsonString());
            request["messages"]!.AsArray().Add(message.DeepClone());
            request["messages"]!.AsArray().Add(new JsonObject { ["role"] = "tool", ["tool_name"] = "profile", ["content"] = "3 rows" });
        }
    }

    [Fact]
    public async Task Talks_nonsense()
    {
        _ollama.Faults.Set(new Fault(FaultKind.Nonsense));

        var message = (await _client.PostForJsonAsync("/api/chat", ToolRequest(), Cancel))["message"]!;

        Assert.StartsWith("blue seven under", (string?)message["content"], StringComparison.Ordinal);
        Assert.Null(message["tool_calls"]);
    }

    [Fact]
    public async Task Strikes_only_what_its_condition_names()
    {
        _ollama.Faults.Set(
            new Fault(FaultKind.Busy) { When = new Condition { LastUser = "(?i)^cheese" } },
            new Fault(FaultKind.ServerError) { When = new Condition { Model = "llama3.2:3b" } },
            new Fault(FaultKind.Busy) { When = new Condition { Path = "/api/tags" } });

        Assert.Equal(503, await StatusAsync(Wire.Chat("Cheese?")));
        Assert.Equal(200, await StatusAsync(Wire.Chat("No cheese")));
        Assert.Equal(500, await StatusAsync(Wire.Chat("Hello", model: "llama3.2:3b")));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _client.GetAsync("/api/tags", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/api/version", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Strikes_embeddings_too()
    {
        _ollama.Faults.Set(new Fault(FaultKind.Busy) { Times = 1 }, new Fault(FaultKind.InvalidLine));
        var request = new JsonObject { ["model"] = Wire.Embedder, ["input"] = "x" };

        using var refused = await _client.PostAsync("/api/embed", request, Cancel);
        using var garbled = await _client.PostAsync("/api/embed", request, Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.False(IsJson(await garbled.Content.ReadAsStringAsync(Cancel)));
    }

    [Fact]
    public async Task Is_switched_over_HTTP()
    {
        using var put = await _client.PutAsync(
            "/simulator/faults", JsonContent.Create(JsonNode.Parse("""[{ "kind": "busy", "when": { "model": "llama3.2:1b" }, "times": 2, "delay": "1.5s" }]""")), Cancel);
        var statuses = new[] { await StatusAsync(Wire.Chat("a")), await StatusAsync(Wire.Chat("b")), await StatusAsync(Wire.Chat("c")) };
        using var wrong = await _client.PutAsync("/simulator/faults", JsonContent.Create(JsonNode.Parse("""[{ "kind": "sulks" }]""")), Cancel);
        var received = JsonNode.Parse(await _client.GetStringAsync("/simulator/requests", Cancel))!.AsArray();

        Assert.Equal("""[{"kind":"busy","when":{"model":"llama3.2:1b"},"times":2,"delay":"1.5s"}]""", await put.Content.ReadAsStringAsync(Cancel));
        Assert.Equal([503, 503, 200], statuses);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Equal(["busy", "busy", null], received.Select(request => (string?)request!["fault"]));
        Assert.Equal(Wire.Chat("c").ToJsonString(), (string?)received[2]!["body"]);
        Assert.Equal("application/json; charset=utf-8", (string?)received[2]!["headers"]!["Content-Type"]);
    }

    private static JsonObject ToolRequest() => Wire.Chat("Profile art_7", stream: false).With("tools", Wire.Tool("profile", "file"));

    private async Task<JsonNode> CallAsync(FaultKind kind)
    {
        _ollama.Faults.Set(new Fault(kind));
        return (await _client.PostForJsonAsync("/api/chat", ToolRequest(), Cancel))["message"]!["tool_calls"]![0]!["function"]!;
    }

    private async Task<int> StatusAsync(JsonObject request)
    {
        using var response = await _client.PostAsync("/api/chat", request, Cancel);
        return (int)response.StatusCode;
    }

    private static bool IsJson(string text)
    {
        try
        {
            return JsonNode.Parse(text) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
