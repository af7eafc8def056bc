using System.Net;
using System.Text.Json.Nodes;

namespace Sutazai.Testing.Tests;

using Sutazai.Testing.OllamaSimulator;

/// <summary>The members, types and texts are those of ollama/ollama v0.32: api/types.go, server/routes.go and docs/openapi.yaml.</summary>
public sealed class OllamaShapeTests : IAsyncLifetime
{
    private const string LastMetrics = "total_duration load_duration prompt_eval_count prompt_eval_duration eval_count eval_duration";

    private OllamaSimulator _ollama = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var thinker = new SimulatedModel("thinker", SpeedProfile.OneBillion) { Capabilities = ["completion", "thinking"] };
        _ollama = await OllamaSimulator.StartAsync(new OllamaSimulatorOptions { Models = [.. SimulatedModel.Defaults, thinker] }, Cancel);
        _client = _ollama.CreateClient();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _ollama.DisposeAsync();
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Says_that_it_is_running(string method)
    {
        using var response = await _client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"), Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(method == "GET" ? "Ollama is running" : "", await response.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Tells_its_version()
    {
        Assert.Equal("""{"version":"0.32.0"}""", await _client.GetStringAsync("/api/version", Cancel));
    }

    [Fact]
    public async Task Lists_its_models()
    {
        var models = JsonNode.Parse(await _client.GetStringAsync("/api/tags", Cancel))!["models"]!.AsArray();

        Assert.Equal(["llama3.2:1b", "llama3.2:3b", "llama3.1:8b", "nomic-embed-text:latest", "thinker:latest"], models.Select(model => (string?)model!["name"]));
        Assert.All(models, model =>
        {
            Assert.Equal("name model modified_at size digest details capabilities", model.Members());
            Assert.Equal("parent_model format family families parameter_size quantization_level", model!["details"].Members());
            Assert.Matches("^[0-9a-f]{64}$", (string)model["digest"]!);
            Assert.Equal(TimeSpan.Zero, DateTimeOffset.Parse((string)model["modified_at"]!, System.Globalization.CultureInfo.InvariantCulture).Offset);
        });
    }

    [Fact]
    public async Task Shows_a_model()
    {
        var shown = await _client.PostForJsonAsync("/api/show", new JsonObject { ["model"] = Wire.Embedder }, Cancel);

        Assert.Equal("license modelfile parameters template details model_info capabilities modified_at", shown.Members());
        Assert.Equal(["embedding"], shown["capabilities"]!.AsArray().Select(capability => (string?)capability));
        Assert.Equal(768, (int)shown["model_info"]!["nomic-bert.embedding_length"]!);
    }

    [Fact]
    public async Task Streams_a_chat_line_by_line_unless_told_not_to()
    {
        var chunks = await _client.PostForLinesAsync("/api/chat", new JsonObject { ["model"] = Wire.Model, ["messages"] = new JsonArray(Wire.User("Hello")) }, Cancel);

        Assert.All(chunks[..^1], chunk =>
        {
            Assert.Equal("model created_at message done", chunk.Members());
            Assert.Equal("role content", chunk["message"].Members());
            Assert.False((bool)chunk["done"]!);
        });
        Assert.Equal("You asked: Hello", chunks.Content());
        Assert.Equal("model created_at message done done_reason " + LastMetrics, chunks[^1].Members());
        Assert.Equal("stop", (string?)chunks[^1]["done_reason"]);
        Assert.Equal("", (string?)chunks[^1]["message"]!["content"]);
        Assert.Equal(chunks.Count - 1, (int)chunks[^1]["eval_count"]!);
    }

    [Fact]
    public async Task Counts_durations_in_nanoseconds_of_the_simulated_machine()
    {
        var answer = await _client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false), Cancel);

        var tokens = (int)answer["eval_count"]!;
        Assert.Equal(6_000_000_000, (long)answer["load_duration"]!);
        Assert.Equal(tokens * 1e9 / 39, (double)answer["eval_duration"]!, tolerance: 1000.0);
        Assert.Equal((int)answer["prompt_eval_count"]! * 1e9 / 194, (double)answer["prompt_eval_duration"]!, tolerance: 1000.0);
    }

    [Fact]
    public async Task Gives_tool_arguments_as_an_object_in_a_line_before_the_last()
    {
        var chunks = await _client.PostForLinesAsync("/api/chat", Wire.Chat("Profile art_7 please").With("tools", Wire.Tool("profile", "file")), Cancel);

        Assert.Equal(2, chunks.Count);
        Assert.False((bool)chunks[0]["done"]!);
        Assert.Equal("role content tool_calls", chunks[0]["message"].Members());
        var call = chunks[0]["message"]!["tool_calls"]![0]!;
        Assert.Equal("id function", call.Members());
        Assert.Matches("^call_[a-z0-9]{8}$", (string)call["id"]!);
        Assert.Equal("""{"index":0,"name":"profile","arguments":{"file":"art_7"}}""", call["function"]!.ToJsonString());
        Assert.Equal("stop", (string?)chunks[1]["done_reason"]);
    }

    [Fact]
    public async Task Thinks_before_it_speaks_unless_told_not_to()
    {
        var thoughtful = await _client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false, "thinker"), Cancel);
        var hasty = await _client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false, "thinker").With("think", false), Cancel);

        Assert.Equal("The user asks: Hello", (string?)thoughtful["message"]!["thinking"]);
        Assert.Equal("role content", hasty["message"].Members());
    }

    [Fact]
    public async Task Generates_with_the_conversation_in_the_last_line()
    {
        var chunks = await _client.PostForLinesAsync("/api/generate", new JsonObject { ["model"] = Wire.Model, ["prompt"] = "Hello" }, Cancel);

        Assert.All(chunks[..^1], chunk => Assert.Equal("model created_at response done", chunk.Members()));
        Assert.Equal("You asked: Hello", string.Concat(chunks.Select(chunk => (string?)chunk["response"])));
        Assert.Equal("model created_at response done done_reason context " + LastMetrics, chunks[^1].Members());
        Assert.All(chunks[^1]["context"]!.AsArray(), token => Assert.InRange((int)token!, 0, 128_000));
    }

    [Theory]
    [InlineData("/api/chat", "message")]
    [InlineData("/api/generate", "response")]
    public async Task Loads_and_unloads_on_an_empty_request(string path, string content)
    {
        var loaded = await _client.PostForJsonAsync(path, new JsonObject { ["model"] = Wire.Model }, Cancel);
        var running = JsonNode.Parse(await _client.GetStringAsync("/api/ps", Cancel))!["models"]!.AsArray();
        var unloaded = await _client.PostForJsonAsync(path, new JsonObject { ["model"] = Wire.Model, ["keep_alive"] = 0 }, Cancel);

        Assert.Equal($"model created_at {content} done done_reason", loaded.Members());
        Assert.Equal("load", (string?)loaded["done_reason"]);
        Assert.Equal("name model size digest details expires_at size_vram context_length", Assert.Single(running).Members());
        Assert.Equal(0, (long)running[0]!["size_vram"]!);
        Assert.Equal("unload", (string?)unloaded["done_reason"]);
        Assert.Equal("""{"models":[]}""", await _client.GetStringAsync("/api/ps", Cancel));
    }

    [Theory]
    [InlineData(2, "length", "You aske")]
    [InlineData(200, "stop", "You asked: Hello")]
    public async Task Stops_at_the_limit_of_tokens(int limit, string reason, string text)
    {
        var answer = await _client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false).With("options", new JsonObject { ["num_predict"] = limit }), Cancel);

        Assert.Equal(reason, (string?)answer["done_reason"]);
        Assert.Equal(text, (string?)answer["message"]!["content"]);
    }

    [Fact]
    public async Task Stops_before_a_stop_word()
    {
        var answer = await _client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false).With("options", new JsonObject { ["stop"] = new JsonArray(":") }), Cancel);

        Assert.Equal("You asked", (string?)answer["message"]!["content"]);
    }

    [Fact]
    public async Task Embeds_texts_as_unit_vectors_near_each_other_when_alike()
    {
        var answer = await _client.PostForJsonAsync(
            "/api/embed", new JsonObject { ["model"] = Wire.Embedder, ["input"] = new JsonArray("the cat sat on the mat", "a cat on a mat", "quarterly revenue rose") }, Cancel);

        Assert.Equal("model embeddings total_duration load_duration prompt_eval_count", answer.Members());
        var vectors = answer["embeddings"]!.AsArray().Select(vector => vector!.AsArray().Select(value => (double)value!).ToArray()).ToArray();
        Assert.All(vectors, vector =>
        {
            Assert.Equal(768, vector.Length);
            Assert.Equal(1, vector.Sum(value => value * value), tolerance: 1e-4);
        });
        Assert.True(Cosine(vectors[0], vectors[1]) > Cosine(vectors[0], vectors[2]) + 0.3);
    }

    [Fact]
    public async Task Shortens_embeddings_and_answers_the_old_route()
    {
        var shortened = await _client.PostForJsonAsync("/api/embed", new JsonObject { ["model"] = Wire.Embedder, ["input"] = "cats", ["dimensions"] = 64 }, Cancel);
        var old = await _client.PostForJsonAsync("/api/embeddings", new JsonObject { ["model"] = Wire.Embedder, ["prompt"] = "cats" }, Cancel);
        var empty = await _client.PostForJsonAsync("/api/embed", new JsonObject { ["model"] = Wire.Embedder, ["input"] = new JsonArray() }, Cancel);

        Assert.Equal(64, shortened["embeddings"]![0]!.AsArray().Count);
        Assert.Equal("embedding", old.Members());
        Assert.Equal(768, old["embedding"]!.AsArray().Count);
        Assert.Equal("""{"model":"nomic-embed-text","embeddings":[]}""", empty.ToJsonString());
    }

    [Fact]
    public async Task Pulls_what_it_has_and_reports_what_it_has_not()
    {
        var pulled = await _client.PostForLinesAsync("/api/pull", new JsonObject { ["model"] = Wire.Model }, Cancel);
        var missing = await _client.PostForLinesAsync("/api/pull", new JsonObject { ["model"] = "nothing" }, Cancel);

        Assert.Equal("pulling manifest", (string?)pulled[0]["status"]);
        Assert.Equal("status digest total completed", pulled[^4].Members());
        Assert.Equal(["verifying sha256 digest", "writing manifest", "success"], pulled[^3..].Select(line => (string?)line["status"]));
        Assert.Equal("pull model manifest: file does not exist", (string?)missing[^1]["error"]);
    }

    [Theory]
    [InlineData("/api/chat", "", 400, "missing request body")]
    [InlineData("/api/chat", "hello", 400, "invalid character 'h' looking for beginning of value")]
    [InlineData("/api/chat", """{"model":""", 400, "unexpected EOF")]
    [InlineData("/api/chat", """{"model":7}""", 400, "json: cannot unmarshal number into Go struct field ChatRequest.model of type string")]
    [InlineData("/api/chat", """{"messages":[]}""", 400, "model is required")]
    [InlineData("/api/chat", """{"model":"nothing"}""", 404, "model 'nothing' not found")]
    [InlineData("/api/generate", """{"model":"nothing"}""", 404, "model 'nothing' not found")]
    [InlineData("/api/embed", """{"model":"nothing","input":"x"}""", 404, "model 'nothing' not found")]
    [InlineData("/api/embeddings", """{"model":"nothing","prompt":"x"}""", 404, "model \"nothing\" not found, try pulling it first")]
    [InlineData("/api/embed", """{"model":"nomic-embed-text","input":7}""", 400, "invalid input type")]
    [InlineData("/api/show", """{"model":"nothing"}""", 404, "model 'nothing' not found")]
    [InlineData("/api/show", "{}", 400, "model is required")]
    [InlineData("/api/chat", """{"model":"nomic-embed-text","messages":[{"role":"user","content":"x"}]}""", 400, "\"nomic-embed-text\" does not support chat")]
    [InlineData("/api/generate", """{"model":"nomic-embed-text","prompt":"x"}""", 400, "\"nomic-embed-text\" does not support generate")]
    [InlineData("/api/chat", """{"model":"llama3.2:1b","think":true,"messages":[{"role":"user","content":"x"}]}""", 400, "\"llama3.2:1b\" does not support thinking")]
    [InlineData("/api/chat", """{"model":"thinker","tools":[{"type":"function","function":{"name":"f"}}]}""", 400, "registry.ollama.ai/library/thinker:latest does not support tools")]
    [InlineData("/api/chat", """{"model":"llama3.2:1b","top_logprobs":21}""", 400, "top_logprobs must be between 0 and 20")]
    [InlineData("/api/chat", """{"model":"llama3.2:1b","keep_alive":"5"}""", 400, "time: missing unit in duration \"5\"")]
    [InlineData("/api/generate", """{"model":"llama3.2:1b","raw":true,"system":"s","prompt":"x"}""", 400, "raw mode does not support template, system, or context")]
    [InlineData("/api/create", """{"model":"new"}""", 403, "create is not available: this server's models are fixed")]
    [InlineData("/api/copy", """{"source":"nothing","destination":"new"}""", 404, "model \"nothing\" not found")]
    [InlineData("/api/me", "", 401, "unauthorized")]
    [InlineData("/api/chat", """{"model":"x","messages":[{"role":"user","content":"\ud800"}]}""", 400, "invalid surrogate in string literal")]
    [InlineData("/api/chat", """{"model":"llama3.2:1b","model":"last"}""", 404, "model 'last' not found")]
    public async Task Refuses_in_Ollamas_words(string path, string body, int status, string message)
    {
        using var response = await _client.PostAsync(path, new StringContent(body), Cancel);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var error = await response.ReadJsonAsync(Cancel);
        Assert.Equal("error", error.Members());
        Assert.Equal(message, (string?)error["error"]);
    }

    [Theory]
    [InlineData("GET", "/api/chat", 405, "405 method not allowed")]
    [InlineData("GET", "/api/nothing", 404, "404 page not found")]
    public async Task Answers_unknown_routes_as_gin_does(string method, string path, int status, string text)
    {
        using var response = await _client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancel);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(text, await response.Content.ReadAsStringAsync(Cancel));
    }

    private static double Cosine(double[] left, double[] right) => left.Zip(right, (a, b) => a * b).Sum();
}
