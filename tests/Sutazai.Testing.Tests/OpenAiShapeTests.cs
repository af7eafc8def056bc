using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Sutazai.Testing.Tests;

using Sutazai.Testing.OllamaSimulator;

/// <summary>The shapes are those of ollama/ollama v0.32: openai/openai.go and middleware/openai.go.</summary>
public sealed class OpenAiShapeTests : IAsyncLifetime
{
    private const string ChunkMembers = "id object created model system_fingerprint choices";

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

    [Fact]
    public async Task Answers_in_one_piece_by_default()
    {
        var answer = await _client.PostForJsonAsync("/v1/chat/completions", new JsonObject { ["model"] = Wire.Model, ["messages"] = new JsonArray(Wire.User("Hello")) }, Cancel);

        Assert.Equal(ChunkMembers + " usage", answer.Members());
        Assert.Matches("^chatcmpl-[0-9]{1,3}$", (string)answer["id"]!);
        Assert.Equal("chat.completion", (string?)answer["object"]);
        Assert.Equal("fp_ollama", (string?)answer["system_fingerprint"]);
        Assert.Equal("""{"index":0,"message":{"role":"assistant","content":"You asked: Hello"},"finish_reason":"stop"}""", answer["choices"]![0]!.ToJsonString());
        Assert.Equal((int)answer["usage"]!["prompt_tokens"]! + (int)answer["usage"]!["completion_tokens"]!, (int)answer["usage"]!["total_tokens"]!);
    }

    [Fact]
    public async Task Streams_with_the_role_first_the_reason_apart_and_the_usage_last()
    {
        var events = await _client.PostForEventsAsync("/v1/chat/completions", Wire.Chat("Hello").With("stream_options", new JsonObject { ["include_usage"] = true }), Cancel);

        Assert.Equal("[DONE]", events[^1]);
        var chunks = events[..^1].Select(item => JsonNode.Parse(item)!.AsObject()).ToList();
        Assert.Single(chunks.Select(chunk => (long)chunk["created"]!).Distinct());
        Assert.All(chunks[..^1], chunk => Assert.Equal(ChunkMembers, chunk.Members()));
        Assert.Equal("role content", chunks[0]["choices"]![0]!["delta"].Members());
        Assert.All(chunks[1..^2], chunk => Assert.Equal("content", chunk["choices"]![0]!["delta"].Members()));
        Assert.Equal("""{"index":0,"delta":{},"finish_reason":"stop"}""", chunks[^2]["choices"]![0]!.ToJsonString());
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        Assert.Equal("prompt_tokens completion_tokens total_tokens", chunks[^1]["usage"].Members());
    }

    [Fact]
    public async Task Says_nothing_of_usage_unless_asked()
    {
        var events = await _client.PostForEventsAsync("/v1/chat/completions", Wire.Chat("Hello"), Cancel);

        Assert.Equal("[DONE]", events[^1]);
        Assert.Contains("\"finish_reason\":\"stop\"", events[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_tool_arguments_as_a_string_and_the_reason_for_them()
    {
        var request = Wire.Chat("Profile art_7", stream: false).With("tools", Wire.Tool("profile", "file"));
        var choice = (await _client.PostForJsonAsync("/v1/chat/completions", request, Cancel))["choices"]![0]!;
        var events = await _client.PostForEventsAsync("/v1/chat/completions", request.With("stream", true), Cancel);

        Assert.Equal("tool_calls", (string?)choice["finish_reason"]);
        var call = choice["message"]!["tool_calls"]![0]!;
        Assert.Equal("id index type function", call.Members());
        Assert.Equal("""{"file":"art_7"}""", (string?)call["function"]!["arguments"]);
        Assert.Equal("""{"file":"art_7"}""", (string?)JsonNode.Parse(events[0])!["choices"]![0]!["delta"]!["tool_calls"]![0]!["function"]!["arguments"]);
        Assert.Equal("tool_calls", (string?)JsonNode.Parse(events[1])!["choices"]![0]!["finish_reason"]);
    }

    [Fact]
    public async Task Reads_tool_results_by_the_id_of_the_call()
    {
        var messages = new JsonArray(
            Wire.User("Profile art_7"),
            new JsonObject
            {
                ["role"] = "assistant",
                ["content"] = null,
                ["tool_calls"] = new JsonArray(new JsonObject
                {
                    ["id"] = "call_1",
                    ["type"] = "function",
                    ["function"] = new JsonObject { ["name"] = "profile", ["arguments"] = """{"file":"art_7"}""" },
                }),
            },
            new JsonObject { ["role"] = "tool", ["tool_call_id"] = "call_1", ["content"] = """{"rows":3}""" });

        var answer = await _client.PostForJsonAsync(
            "/v1/chat/completions", new JsonObject { ["model"] = Wire.Model, ["messages"] = messages, ["tools"] = Wire.Tool("profile", "file") }, Cancel);

        Assert.Equal("""The tool profile returned: {"rows":3}""", (string?)answer["choices"]![0]!["message"]!["content"]);
    }

    [Fact]
    public async Task Completes_a_prompt()
    {
        var request = new JsonObject { ["model"] = Wire.Model, ["prompt"] = "Hello", ["max_tokens"] = 2 };
        var answer = await _client.PostForJsonAsync("/v1/completions", request, Cancel);
        var events = await _client.PostForEventsAsync("/v1/completions", request.With("stream", true), Cancel);

        Assert.Equal("text_completion", (string?)answer["object"]);
        Assert.Equal("""{"text":"You aske","index":0,"finish_reason":"length"}""", answer["choices"]![0]!.ToJsonString());
        Assert.Equal("""{"text":"","index":0,"finish_reason":"length"}""", JsonNode.Parse(events[^2])!["choices"]![0]!.ToJsonString());
        Assert.Equal("[DONE]", events[^1]);
    }

    [Fact]
    public async Task Gives_the_same_vector_as_numbers_and_as_base64()
    {
        var request = new JsonObject { ["model"] = Wire.Embedder, ["input"] = "cats" };
        var numbers = await _client.PostForJsonAsync("/v1/embeddings", request, Cancel);
        var base64 = await _client.PostForJsonAsync("/v1/embeddings", request.With("encoding_format", "base64"), Cancel);

        Assert.Equal("object data model usage", numbers.Members());
        Assert.Equal("object embedding index", numbers["data"]![0].Members());
        var decoded = MemoryMarshal.Cast<byte, float>(Convert.FromBase64String((string)base64["data"]![0]!["embedding"]!)).ToArray();
        Assert.Equal(numbers["data"]![0]!["embedding"]!.AsArray().Select(value => (float)value!), decoded);
    }

    [Fact]
    public async Task Lists_and_shows_models()
    {
        var list = JsonNode.Parse(await _client.GetStringAsync("/v1/models", Cancel))!;

        Assert.Equal("list", (string?)list["object"]);
        Assert.Equal(4, list["data"]!.AsArray().Count);
        Assert.All(list["data"]!.AsArray(), model => Assert.Equal("id object created owned_by", model.Members()));
        Assert.Contains("\"id\":\"llama3.2:1b\",\"object\":\"model\"", await _client.GetStringAsync("/v1/models/llama3.2:1b", Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"llama3.2:1b","messages":[]}""", 400, "[] is too short - 'messages'", "invalid_request_error")]
    [InlineData("/v1/chat/completions", "", 400, "EOF", "invalid_request_error")]
    [InlineData("/v1/chat/completions", """{"model":"nothing","messages":[{"role":"user","content":"x"}]}""", 404, "model 'nothing' not found", "not_found_error")]
    [InlineData("/v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user"}]}""", 400, "invalid message content type: <nil>", "invalid_request_error")]
    [InlineData("/v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]}""", 400, "image URLs are not currently supported, please use base64 encoded data instead", "invalid_request_error")]
    [InlineData("/v1/embeddings", """{"model":"nomic-embed-text"}""", 400, "invalid input", "invalid_request_error")]
    [InlineData("/v1/embeddings", """{"model":"nomic-embed-text","input":"x","encoding_format":"hex"}""", 400, "Invalid value for 'encoding_format' = hex. Supported values: ['float', 'base64'].", "invalid_request_error")]
    [InlineData("/v1/responses", "{}", 501, "/v1/responses is not simulated", "api_error")]
    public async Task Refuses_in_the_shape_of_OpenAI(string path, string body, int status, string message, string type)
    {
        using var response = await _client.PostAsync(path, new StringContent(body), Cancel);

        Assert.Equal(status, (int)response.StatusCode);
        var error = (await response.ReadJsonAsync(Cancel))["error"]!;
        Assert.Equal("message type param code", error.Members());
        Assert.Equal(message, (string?)error["message"]);
        Assert.Equal(type, (string?)error["type"]);
    }
}
