using System.Text.Json;
using static Sutazai.ModelRouter.Tests.CannedServer;

namespace Sutazai.ModelRouter.Tests;

/// <summary>What llama-server sends that other servers with OpenAI's API do not; the bodies are its own.</summary>
public class LlamaServerTests
{
    private const string Tools = """
        ,"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object"}}},{"type":"function","function":{"name":"population","parameters":{"type":"object"}}}]
        """;

    private const string Called = """
        {"choices":[{"finish_reason":"tool_calls","index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"type":"function","function":{"name":"weather","arguments":"{\"city\":\"Basel\"}"},"id":""}]}}],
         "created":1795385958,"model":"tiny","system_fingerprint":"b0-unknown","object":"chat.completion","usage":{"completion_tokens":68,"prompt_tokens":703,"total_tokens":771},"id":"chatcmpl-1zMV4f",
         "timings":{"prompt_n":703,"prompt_ms":1250.5,"predicted_n":68,"predicted_ms":3000.25}}
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData("api/chat", true), InlineData("v1/chat/completions", true), InlineData("v1/chat/completions", false)]
    public async Task Gets_tool_calls_from_a_server_that_streams_none(string path, bool stream)
    {
        await using var server = await StartAsync(asked => asked.GetProperty("stream").GetBoolean()
            ? Reply.Json("""{"error":{"code":500,"message":"Cannot use tools with stream","type":"server_error"}}""", 500)
            : Reply.Json(Called));
        await using var router = await server.RouterAsync();

        // Deterministic, so that others may join: such calls are streamed from the backend even where their callers want them whole.
        var lines = await router.LinesAsync(path, Chat(Tools, stream, path == "api/chat" ? "\"options\":{\"temperature\":0}" : "\"temperature\":0"), Cancelled);

        Assert.Contains("Basel", string.Concat(lines), StringComparison.Ordinal);
        Assert.DoesNotContain("error", string.Concat(lines), StringComparison.Ordinal);
        Assert.Equal([true, false], server.Asked.Select(a => a.GetProperty("stream").GetBoolean()));
    }

    /// <summary>They are read as deep as JSON is, and stand a few levels deeper in Ollama's form.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public async Task Hands_on_calls_with_deep_arguments(bool stream)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 64)) + "1" + new string('}', 64);
        var called = Called.Replace("""{\"city\":\"Basel\"}""", deep.Replace("\"", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal);
        await using var server = await StartAsync(_ => Reply.Json(called));
        await using var router = await server.RouterAsync();

        var lines = await router.LinesAsync("api/chat", Chat(Tools, stream), Cancelled);

        Assert.Contains($"\"arguments\":{deep}", string.Concat(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_a_call_without_an_id_one()
    {
        await using var server = await StartAsync(_ => Reply.Json(Called));
        await using var router = await server.RouterAsync();

        var (_, reply) = await router.AskAsync("v1/chat/completions", Chat(Tools), Cancelled);

        Assert.NotEqual("", reply.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Describes_every_tool_and_its_parameters()
    {
        await using var server = await StartAsync(_ => Reply.Json(Called));
        await using var router = await server.RouterAsync();

        await router.AskAsync("v1/chat/completions", Chat(""","tools":[{"type":"function","function":{"name":"now"}}]"""), Cancelled);

        Assert.Equal("""{"name":"now","description":"","parameters":{"type":"object","properties":{}}}""", server.Asked.Single().GetProperty("tools")[0].GetProperty("function").GetRawText());
    }

    [Fact]
    public async Task Knows_from_the_server_what_the_prompt_and_the_answer_took()
    {
        await using var server = await StartAsync(_ => Reply.Json(Called));
        await using var router = await server.RouterAsync();

        var (_, reply) = await router.AskAsync("api/chat", Chat(Tools), Cancelled);

        Assert.Equal((1_250_500_000, 3_000_250_000), (reply.GetProperty("prompt_eval_duration").GetInt64(), reply.GetProperty("eval_duration").GetInt64()));
    }

    /// <summary>The status of such an answer has been sent before its prompt is looked at.</summary>
    [Theory]
    [InlineData(400, "the request exceeds the available context size. try increasing the context size or enable context shift", 400)]
    [InlineData(500, "context shift is disabled", 400)]
    [InlineData(500, "failed to decode the batch", 500)]
    public async Task Reads_an_errors_status_from_the_stream(int code, string message, int expected)
    {
        await using var server = await StartAsync(_ => Reply.Events($$"""
            error: {"code":{{code}},"message":"{{message}}","type":"invalid_request_error"}

            data: [DONE]


            """));
        await using var router = await server.RouterAsync();

        var (status, reply) = await router.AskAsync("api/chat", Chat("", stream: true), Cancelled);

        Assert.Equal((expected, message), (status, reply.GetProperty("error").GetString()));
    }

    [Theory]
    [InlineData("v1/chat/completions", "Failed to parse messages: Unsupported content part type: \\\"image_url\\\"; messages = [\\n  {\\n", 100)]
    [InlineData("v1/chat/completions", "Failed to parse messages: Unsupported content part type: \\\"image_url\\\"; messages = [\\n  {\\n", 100_000)]
    [InlineData("v1/embeddings", "input is too large to process. increase the physical batch size", 0)]
    public async Task Takes_a_request_that_the_server_cannot_fulfil_for_the_callers_fault(string path, string message, int repeated)
    {
        await using var server = await StartAsync(_ => Reply.Json($$$"""{"error":{"code":500,"message":"{{{message}}}{{{new string('x', repeated)}}}","type":"server_error"}}""", 500));
        await using var router = await server.RouterAsync();
        for (var i = 0; i < 10; i++)
        {
            // Often enough to open the breaker, were the server at fault.
            var (status, reply) = await router.AskAsync(path, Chat(""","input":"x" """), Cancelled);

            Assert.Equal((400, "invalid_request_error"), (status, reply.GetProperty("error").GetProperty("type").GetString()));
            Assert.InRange(reply.GetProperty("error").GetProperty("message").GetString()!.Length, message.Length / 2, 600);
        }
    }

    [Fact]
    public async Task Counts_and_ends_an_answer_whose_last_event_has_both_reason_and_usage()
    {
        await using var server = await StartAsync(_ => Reply.Events("""
            data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"et"}}],"created":1795385744,"id":"chatcmpl-n","model":"tiny","system_fingerprint":"b0-unknown","object":"chat.completion.chunk"}

            data: {"choices":[{"finish_reason":"length","index":0,"delta":{}}],"created":1795385744,"id":"chatcmpl-n","model":"tiny","object":"chat.completion.chunk","usage":{"completion_tokens":1,"prompt_tokens":17,"total_tokens":18},"timings":{"prompt_n":17,"prompt_ms":0.653,"predicted_n":1,"predicted_ms":0.229}}

            data: [DONE]


            """));
        await using var router = await server.RouterAsync();

        var last = JsonElement.Parse((await router.LinesAsync("api/chat", Chat("", stream: true), Cancelled))[^1]);

        Assert.Equal(("length", 17, 1), (last.GetProperty("done_reason").GetString(), last.GetProperty("prompt_eval_count").GetInt32(), last.GetProperty("eval_count").GetInt32()));
    }

    private static string Chat(string more, bool stream = false, string options = "\"seed\":1") =>
        $$"""{"model":"tiny","messages":[{"role":"user","content":"Hi"}],"stream":{{(stream ? "true" : "false")}},{{options}}{{more}}}""";
}
