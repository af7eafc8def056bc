using System.Text.Json;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class OpenAIDialectTests
{
    private const string Picture = "iVBORw0KGgo=";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Answers_in_one_piece_with_usage(bool openAI)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say("Hello.")) }, Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync("v1/chat/completions", Chat(""), Cancelled);

        Assert.Equal((200, "chat.completion"), (status, reply.GetProperty("object").GetString()));
        Assert.StartsWith("chatcmpl-", reply.GetProperty("id").GetString(), StringComparison.Ordinal);
        var choice = reply.GetProperty("choices")[0];
        Assert.Equal("""{"role":"assistant","content":"Hello."}""", choice.GetProperty("message").GetRawText());
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        var usage = reply.GetProperty("usage");
        Assert.True(usage.GetProperty("prompt_tokens").GetInt32() > 0);
        Assert.Equal(
            usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("prompt_tokens").GetInt32() + usage.GetProperty("completion_tokens").GetInt32());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Streams_events_with_the_role_first_and_the_usage_last(bool openAI)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say("Hello there, friend.")) }, Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        var events = await router.EventsAsync(Chat(""","stream":true,"stream_options":{"include_usage":true}"""), Cancelled);

        Assert.Single(events.Select(e => (e.GetProperty("id").GetString(), e.GetProperty("created").GetInt64(), e.GetProperty("object").GetString())).Distinct());
        var deltas = events[..^1].Select(e => e.GetProperty("choices")[0].GetProperty("delta")).ToArray();
        Assert.Equal("assistant", deltas[0].GetProperty("role").GetString());
        Assert.All(deltas[1..], d => Assert.False(d.TryGetProperty("role", out _)));
        Assert.Equal("Hello there, friend.", string.Concat(deltas[..^1].Select(d => d.GetProperty("content").GetString())));
        Assert.Equal("{}", deltas[^1].GetRawText());
        Assert.Equal("stop", events[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(0, events[^1].GetProperty("choices").GetArrayLength());
        Assert.True(events[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32() > 0);
    }

    [Fact]
    public async Task Streams_no_usage_unless_asked()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var events = await router.EventsAsync(Chat(""","stream":true"""), Cancelled);

        Assert.All(events, e => Assert.False(e.TryGetProperty("usage", out _)));
    }

    [Theory, InlineData(false, false), InlineData(false, true), InlineData(true, false), InlineData(true, true)]
    public async Task Writes_the_arguments_of_tool_calls_as_text_and_reads_them_back(bool openAI, bool stream)
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Script = Script.Of(Turn.Call("profile", new { file = "a.csv" }), Turn.Say("Done.")) }, Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);
        const string Tools = ""","tools":[{"type":"function","function":{"name":"profile"}},{"type":"web_search"}]""";

        JsonElement calls;
        string? reason;
        if (stream)
        {
            var events = await router.EventsAsync(Chat(Tools + ""","stream":true"""), Cancelled);
            calls = events.Select(e => e.GetProperty("choices")[0].GetProperty("delta")).First(d => d.TryGetProperty("tool_calls", out _)).GetProperty("tool_calls");
            reason = events[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString();
        }
        else
        {
            var (_, reply) = await router.AskAsync("v1/chat/completions", Chat(Tools), Cancelled);
            calls = reply.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls");
            reason = reply.GetProperty("choices")[0].GetProperty("finish_reason").GetString();
        }

        Assert.Equal("tool_calls", reason);
        Assert.Equal("function", calls[0].GetProperty("type").GetString());
        Assert.Equal("""{"file":"a.csv"}""", calls[0].GetProperty("function").GetProperty("arguments").GetString());

        var id = calls[0].GetProperty("id").GetString();
        var (_, said) = await router.AskAsync(
            "v1/chat/completions",
            $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":{{calls.GetRawText()}}},{"role":"tool","tool_call_id":"{{id}}","content":"{}"}]}""",
            Cancelled);

        Assert.Equal("Done.", said.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        var sent = JsonElement.Parse(simulator.Requests.Last(r => r.Method == "POST").Body).GetProperty("messages");
        Assert.Equal(openAI ? id : "profile", sent[2].GetProperty(openAI ? "tool_call_id" : "tool_name").GetString());
    }

    [Fact]
    public async Task Translates_everything_else_to_ollamas_own_api()
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Models = [new("eyes", SpeedProfile.OneBillion) { Capabilities = ["completion", "vision", "tools"] }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        await router.AskAsync(
            "v1/chat/completions",
            $$$$"""
            {"model":"eyes","messages":[
                {"role":"developer","content":"Be short."},
                {"role":"user","content":[{"type":"text","text":"What"},{"type":"text","text":"is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{{Picture}}}}"}}]}],
             "response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}},
             "temperature":0.5,"top_p":0.9,"seed":3,"stop":"END","max_completion_tokens":9,"frequency_penalty":0.1,"presence_penalty":0.2,
             "tools":[{"type":"function","function":{"name":"b"}}],"tool_choice":"auto","keep_alive":"7m","reasoning_effort":"none",
             "logit_bias":{"5":1},"user":"me"}
            """,
            Cancelled);

        var sent = JsonElement.Parse(simulator.Requests.Last(r => r.Path == "/api/chat").Body);
        Assert.Equal(
            $$"""[{"role":"system","content":"Be short."},{"role":"user","content":"What\nis this?","images":["{{Picture}}"]}]""", sent.GetProperty("messages").GetRawText());
        Assert.Equal("""{"type":"object"}""", sent.GetProperty("format").GetRawText());
        Assert.Equal(
            """{"temperature":0.5,"top_p":0.9,"frequency_penalty":0.1,"presence_penalty":0.2,"seed":3,"num_predict":9,"stop":["END"],"num_ctx":4096}""",
            sent.GetProperty("options").GetRawText());
        Assert.Equal(("-1s", false), (sent.GetProperty("keep_alive").GetString(), sent.GetProperty("think").GetBoolean()));
        Assert.Equal(
            """[{"type":"function","function":{"name":"b","parameters":{"type":"object","properties":{}}}}]""", sent.GetProperty("tools").GetRawText());
    }

    [Theory, InlineData("maker/model:q4"), InlineData("maker%2Fmodel:q4")]
    public async Task Finds_a_model_with_a_slash_in_its_name(string id)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Models = [new("maker/model:q4", SpeedProfile.OneBillion)] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        Assert.Equal("maker/model:q4", (await router.GetAsync("v1/models/" + id, Cancelled)).GetProperty("id").GetString());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Embeds_as_numbers_or_as_base64(bool openAI)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        var (_, numbers) = await router.AskAsync("v1/embeddings", """{"model":"nomic-embed-text","input":["one","two"]}""", Cancelled);
        var (_, packed) = await router.AskAsync("v1/embeddings", """{"model":"nomic-embed-text","input":["one","two"],"encoding_format":"base64"}""", Cancelled);

        var second = numbers.GetProperty("data")[1];
        Assert.Equal(("embedding", 1), (second.GetProperty("object").GetString(), second.GetProperty("index").GetInt32()));
        var bytes = packed.GetProperty("data")[1].GetProperty("embedding").GetBytesFromBase64();
        var unpacked = Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToSingle(bytes, i * 4));
        Assert.Equal(second.GetProperty("embedding").EnumerateArray().Select(n => n.GetSingle()), unpacked);
        Assert.True(numbers.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Lists_models_and_finds_one_by_its_name_or_alias(bool openAI)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        var list = await router.GetAsync("v1/models", Cancelled);

        Assert.Equal("list", list.GetProperty("object").GetString());
        Assert.Contains("llama3.2:3b", list.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()));
        Assert.Equal("llama3.2:1b", (await router.GetAsync("v1/models/llama3.2:1b", Cancelled)).GetProperty("id").GetString());
        Assert.Equal("llama3.2:3b", (await router.GetAsync("v1/models/base-llm", Cancelled)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Sends_its_key_to_the_backend_and_to_nobody_else()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeOpenAIAsync(simulator);

        var status = await router.Client.GetStringAsync("status", Cancelled);

        Assert.Equal("Bearer secret-key", simulator.Requests[^1].Headers["Authorization"]);
        Assert.DoesNotContain("secret-key", status, StringComparison.Ordinal);
    }

    private static string Chat(string more) => $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"Hi"}]{{more}}}""";
}
