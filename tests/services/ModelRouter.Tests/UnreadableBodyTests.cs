using System.Text;
using System.Text.Json;
using Sutazai.ModelRouter.Dialects;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

/// <summary>JSON that every parser takes and that nobody can hand on: half a surrogate pair, a number without end, a name that comes twice.</summary>
public class UnreadableBodyTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api/chat", """{"model":"llama3.2:1b","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{"\ud800":1}}}]}]}""", "a name in 'messages[0].tool_calls[0].function.arguments' is not valid Unicode text")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"\ud800"}}]}]}""", "'messages[0].tool_calls[0].function.arguments' is not valid Unicode text")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{\"\\ud800\":1}"}}]}]}""", "'messages[0].tool_calls' must be calls with a name and an object of arguments")]
    [InlineData("api/generate", """{"model":"llama3.2:1b","prompt":"x","context":[1,"\udfff"]}""", "'context[1]' is not valid Unicode text")]
    [InlineData("api/chat", """{HI,"tools":[{"function":{"name":"f","parameters":{"properties":{"a":{},"\ud800":{}}}}}]}""", "a name in 'tools[0].function.parameters.properties' is not valid Unicode text")]
    [InlineData("api/chat", """{HI,"tools":[{"function":{"name":"f","parameters":{"properties":{"\ud800":{}}}}}],"tool_choice":"required"}""", "a name in 'tools[0].function.parameters.properties' is not valid Unicode text")]
    [InlineData("api/chat", """{HI,"options":{"\ud800":1}}""", "a name in 'options' is not valid Unicode text")]
    [InlineData("api/chat", """{HI,"options":{"stop":["a","\ud83d\ud83d\ude00"]}}""", "'options.stop[1]' is not valid Unicode text")]
    [InlineData("api/chat", """{HI,"options":{"stop":"\uDC00"}}""", "'options.stop' is not valid Unicode text")]
    [InlineData("api/chat", """{HI,"keep_alive":"\ud800"}""", "'keep_alive' is not valid Unicode text")]
    [InlineData("api/chat", """{HI,"tool_choice":"\ud800"}""", "'tool_choice' is not valid Unicode text")]
    [InlineData("api/chat", """{HI,"format":{"properties":{"\ud800":5}}}""", "a name in 'format.properties' is not valid Unicode text")]
    [InlineData("api/chat", """{HI,"\ud800":5}""", "a name in the request body is not valid Unicode text")]
    [InlineData("api/embed", """{"model":"nomic-embed-text","input":["x","\ud800"]}""", "'input[1]' is not valid Unicode text")]
    [InlineData("v1/chat/completions", """{HI,"stop":"\ud800"}""", "'stop' is not valid Unicode text")]
    [InlineData("v1/chat/completions", """{HI,"tool_choice":"\ud800"}""", "'tool_choice' is not valid Unicode text")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"assistant","tool_calls":[{"id":"x","function":{"name":"f","arguments":"{\"a\":\"\\udc00\"}"}}]}]}""", "'messages[0].tool_calls[0].function.arguments' must be the text of a JSON object")]
    [InlineData("v1/chat/completions", """{HI,"response_format":{"type":"json_schema","json_schema":{"schema":{"properties":{"\ud800":{}}}}}}""", "a name in 'response_format.json_schema.schema.properties' is not valid Unicode text")]
    public async Task Text_that_is_no_unicode_is_its_senders_fault_and_reaches_no_backend(string path, string body, string expected)
    {
        foreach (var openAI in (bool[])[false, true])
        {
            await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
            await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);
            for (var i = 0; i < 6; i++)
            {
                var (status, reply) = await router.AskAsync(path, Filled(body), Cancelled);
                Assert.Equal((400, expected), (status, Message(path, reply)));
            }

            Assert.DoesNotContain(simulator.Requests, r => r.Method == "POST" && r.Path != "/api/show");
            Assert.Equal(200, (await router.AskAsync("api/chat", Filled("{HI}"), Cancelled)).Status);
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_named_wherever_they_are()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        byte[] body = [.. Encoding.UTF8.GetBytes(Filled("""{HI,"options":{"stop":["grüß",""")), (byte)'"', 0xC3, .. "\"]}}"u8];

        using var response = await router.Client.PostAsync("api/chat", new ByteArrayContent(body), Cancelled);

        var error = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancelled)).GetProperty("error").GetString();
        Assert.Equal((400, "'options.stop[1]' is not valid Unicode text"), ((int)response.StatusCode, error));
    }

    [Theory]
    [InlineData("top_k"), InlineData("temperature"), InlineData("seed"), InlineData("num_predict")]
    public async Task A_number_without_end_is_its_senders_fault_and_reaches_no_backend(string option)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeOpenAIAsync(simulator);
        for (var i = 0; i < 6; i++)
        {
            var (status, reply) = await router.AskAsync("api/chat", Filled("""{HI,"options":{"OPTION":1e999}}""").Replace("OPTION", option, StringComparison.Ordinal), Cancelled);
            Assert.Equal((400, $"option \"{option}\" must be a finite number"), (status, Message("api/chat", reply)));
        }

        Assert.Equal(200, (await router.AskAsync("api/chat", Filled("{HI}"), Cancelled)).Status);
    }

    [Theory, InlineData("api/chat"), InlineData("v1/chat/completions")]
    public async Task What_cannot_be_written_for_the_backend_is_its_senders_fault(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 59)) + "1" + new string('}', 59);
        for (var i = 0; i < 6; i++)
        {
            var (status, reply) = await router.AskAsync(
                path, Filled("""{HI,"tool_choice":"required","tools":[{"function":{"name":"f"}},{"function":{"name":"g","parameters":{"x":DEEP}}}]}""").Replace("DEEP", deep, StringComparison.Ordinal), Cancelled);
            Assert.Equal((400, "the request cannot be written for the model backend: it nests too deeply, or has a value that JSON has no way to say"), (status, Message(path, reply)));
        }

        Assert.Equal(200, (await router.AskAsync("api/chat", Filled("{HI}"), Cancelled)).Status);
    }

    [Theory]
    [InlineData("api/chat", """{HI,"options":{"seed":1,"num_ctx":1,"num_ctx":2,"seed":7,"num_gpu":1,"num_gpu":2}}""")]
    [InlineData("api/embed", """{"model":"nomic-embed-text","input":"x","options":{"seed":1,"num_ctx":1,"num_ctx":2,"seed":7}}""")]
    public async Task Of_two_options_with_one_name_the_last_counts(string path, string body)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (status, _) = await router.AskAsync(path, Filled(body), Cancelled);

        Assert.Equal(200, status);
        Assert.Equal("""{"seed":7,"num_ctx":4096}""", JsonElement.Parse(simulator.Requests.Last(r => r.Path == "/" + path).Body).GetProperty("options").GetRawText());
    }

    [Fact]
    public async Task Of_two_parameters_with_one_name_the_last_counts()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (status, _) = await router.AskAsync(
            "api/chat", Filled("""{HI,"tool_choice":"required","tools":[{"function":{"name":"f","parameters":{"type":"array","properties":{"a":{"type":"string","type":"null"},"a":{"$ref":"#/$defs/x","$ref":"#/$defs/a"}},"type":"object"}}}]}"""), Cancelled);

        Assert.Equal(200, status);
        Assert.Equal(
            """{"type":"object","properties":{"a":{"$ref":"#/properties/arguments/$defs/a"}}}""",
            JsonElement.Parse(simulator.Requests.Last(r => r.Path == "/api/chat").Body).GetProperty("format").GetProperty("properties").GetProperty("arguments").GetRawText());
    }

    [Theory]
    [InlineData("v1/chat/completions"), InlineData("api/chat")]
    public async Task What_goes_wrong_inside_is_said_in_the_dialect_too(string path)
    {
        await using var server = await CannedServer.StartAsync(_ => CannedServer.Reply.Json(
            """{"choices":[{"index":0,"message":{"role":"assistant","content":"x"},"logprobs":{"content":[{"token":"\ud800"}]},"finish_reason":"stop"}]}"""));
        await using var router = await server.RouterAsync();

        using var response = await router.PostAsync(path, Filled("""{HI,"logprobs":true}""").Replace("llama3.2:1b", "tiny", StringComparison.Ordinal), Cancelled);

        var reply = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(500, (int)response.StatusCode);
        Assert.StartsWith("the request failed inside the platform", Message(path, reply), StringComparison.Ordinal);
        Assert.StartsWith("refused=internal_error", Assert.Single(response.Headers.GetValues("x-router-decision")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"\ud800","arguments":{}}"""), InlineData("""{"name":"f","arguments":{"\ud800":1}}""")]
    public async Task A_demanded_call_that_is_no_unicode_is_shown_as_the_text_that_it_is(string said)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say(said)) }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync("api/chat", Filled("""{HI,"tool_choice":"required","tools":[{"function":{"name":"f"}}]}"""), Cancelled);

        Assert.Equal((200, said), (status, reply.GetProperty("message").GetProperty("content").GetString()));
    }

    [Theory]
    [InlineData("\"a\"", true), InlineData("\"grüß 世界 😀\"", true), InlineData(@"""\u0041\n\\\""""", true), InlineData(@"""\ud83d\ude00""", true), InlineData(@"""\uD83D\uDE00\ud83d\ude00""", true)]
    [InlineData(@"""\\ud800""", true), InlineData(@"""\\\ud800""", false), InlineData(@"""\\\\ud800""", true), InlineData(@"""\ud800""", false), InlineData(@"""\uDBFFx""", false), InlineData(@"""\udc00\ud800""", false)]
    [InlineData(@"""\ud800\\udc00""", false), InlineData(@"""\ud800\n""", false), InlineData(@"""\ud800\ud800\udc00""", false), InlineData(@"""\ud800\udc00\udc00""", false), InlineData(@"""\uD7FF\uE000""", true)]
    [InlineData(@"""\ud8", true), InlineData(@"""\ud800\u", false), InlineData(@"""\u", true), InlineData("", true)]
    public void Knows_half_a_pair_from_a_whole_one(string json, bool expected) => Assert.Equal(expected, JsonText.IsUnicode(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("5m", 300.0), InlineData("1h30m", 5400.0), InlineData("-1s", -1.0), InlineData("+.5s", 0.5), InlineData("1.s", 1.0), InlineData("0", 0.0), InlineData("-0", 0.0), InlineData("1h1m1s1ms1us1ns", 3661.001001001), InlineData("2µs", 2e-6)]
    [InlineData("", null), InlineData("-", null), InlineData("5", null), InlineData("s", null), InlineData(".s", null), InlineData("1.2.3s", null), InlineData("1 s", null), InlineData("1x", null), InlineData("00", null), InlineData("1,5s", null), InlineData("٣s", null), InlineData("--1s", null), InlineData("1e3s", null)]
    public void Reads_durations_as_go_does(string text, double? seconds)
    {
        if (seconds is { } expected)
        {
            Assert.Equal(expected, GoDuration.Seconds(text)!.Value, 9);
        }
        else
        {
            Assert.Null(GoDuration.Seconds(text));
        }
    }

    [Theory, InlineData(""), InlineData("s")]
    public async Task Takes_no_time_for_a_duration_of_a_million_digits(string unit)
    {
        var text = new string('1', 1_000_000) + unit;

        Assert.Null(await Task.Run(() => GoDuration.Seconds(text), Cancelled).WaitAsync(TimeSpan.FromSeconds(5), Cancelled));
    }

    private static string Filled(string body) => body.Replace("HI", """ "model":"llama3.2:1b","stream":false,"messages":[{"role":"user","content":"Hi"}] """, StringComparison.Ordinal);

    private static string? Message(string path, JsonElement reply) =>
        path.StartsWith("v1", StringComparison.Ordinal) ? reply.GetProperty("error").GetProperty("message").GetString() : reply.GetProperty("error").GetString();
}
