using System.Text.Json;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class ToolChoiceTests
{
    private const string Tools = """
        "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"$ref":"#/$defs/city"}},"required":["city"],"$defs":{"city":{"type":"string"}}}}},
                 {"type":"function","function":{"name":"population"}}]
        """;

    private const string Named = """{"type":"function","function":{"name":"weather"}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api/chat", "\"required\"", false), InlineData("api/chat", "\"required\"", true)]
    [InlineData("api/chat", Named, false), InlineData("api/chat", Named, true)]
    [InlineData("v1/chat/completions", "\"required\"", false), InlineData("v1/chat/completions", "\"required\"", true)]
    [InlineData("v1/chat/completions", Named, false), InlineData("v1/chat/completions", Named, true)]
    public async Task Gets_a_demanded_call_from_a_model_that_writes_it_as_text(string path, string choice, bool stream)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var lines = await router.LinesAsync(path, Body(choice, stream), Cancelled);

        var (content, calls, reason) = Read(path, lines);
        Assert.Equal("", content);
        var function = Assert.Single(calls).GetProperty("function");
        Assert.Equal("weather", function.GetProperty("name").GetString());
        var arguments = function.GetProperty("arguments");
        Assert.Equal("""{"city":"Bern"}""", arguments.ValueKind == JsonValueKind.String ? arguments.GetString() : arguments.GetRawText());
        Assert.Equal(path == "api/chat" ? "stop" : "tool_calls", reason);
    }

    [Fact]
    public async Task Binds_the_answer_to_a_call_of_the_named_tool()
    {
        var sent = await SentAsync(Named);

        Assert.Equal(["weather"], sent.GetProperty("tools").EnumerateArray().Select(t => t.GetProperty("function").GetProperty("name").GetString()));
        Assert.Equal(
            """{"type":"object","properties":{"name":{"const":"weather"},"arguments":{"type":"object","properties":{"city":{"$ref":"#/properties/arguments/$defs/city"}},"required":["city"],"$defs":{"city":{"type":"string"}}}},"required":["name","arguments"],"additionalProperties":false}""",
            sent.GetProperty("format").GetRawText());
        Assert.False(sent.TryGetProperty("tool_choice", out _));
    }

    [Fact]
    public async Task Binds_the_answer_to_a_call_of_any_tool()
    {
        var sent = await SentAsync("\"required\"");

        Assert.Equal(2, sent.GetProperty("tools").GetArrayLength());
        var calls = sent.GetProperty("format").GetProperty("anyOf").EnumerateArray().Select(s => s.GetProperty("properties")).ToArray();
        Assert.Equal(["weather", "population"], calls.Select(c => c.GetProperty("name").GetProperty("const").GetString()));
        Assert.Equal(
            "#/anyOf/0/properties/arguments/$defs/city",
            calls[0].GetProperty("arguments").GetProperty("properties").GetProperty("city").GetProperty("$ref").GetString());
    }

    [Theory, InlineData("\"none\"", false), InlineData("\"auto\"", true)]
    public async Task Leaves_the_answer_free_where_no_call_is_demanded(string choice, bool offered)
    {
        var sent = await SentAsync(choice);

        Assert.Equal(offered, sent.TryGetProperty("tools", out _));
        Assert.False(sent.TryGetProperty("format", out _));
    }

    [Theory, InlineData("api/chat"), InlineData("v1/chat/completions")]
    public async Task Shows_an_answer_that_is_no_call_as_it_is(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say("""{"name":"weather","argu""")) }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (content, calls, reason) = Read(path, await router.LinesAsync(path, Body(Named, stream: true), Cancelled));

        Assert.Equal("""{"name":"weather","argu""", content);
        Assert.Empty(calls);
        Assert.Equal("stop", reason);
    }

    [Fact]
    public async Task Keeps_a_call_that_ollama_has_read_itself()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Call("weather", new { city = "Basel" })) }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (_, calls, reason) = Read("v1/chat/completions", await router.LinesAsync("v1/chat/completions", Body(Named, stream: true), Cancelled));

        Assert.Equal("""{"city":"Basel"}""", Assert.Single(calls).GetProperty("function").GetProperty("arguments").GetString());
        Assert.Equal("tool_calls", reason);
    }

    [Theory]
    [InlineData("api/chat", "\"required\"", "\"required\"", 2), InlineData("v1/chat/completions", "\"required\"", "\"required\"", 2)]
    [InlineData("api/chat", Named, "\"required\"", 1), InlineData("v1/chat/completions", Named, "\"required\"", 1)]
    [InlineData("v1/chat/completions", "\"none\"", "\"none\"", 2)]
    public async Task Passes_the_choice_on_to_a_backend_that_has_it(string path, string choice, string passed, int offered)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeOpenAIAsync(simulator);

        await router.LinesAsync(path, Body(choice, stream: false), Cancelled);

        var sent = JsonElement.Parse(simulator.Requests.Last(r => r.Method == "POST").Body);
        Assert.Equal(passed, sent.GetProperty("tool_choice").GetRawText());
        Assert.Equal(offered, sent.GetProperty("tools").GetArrayLength());
        Assert.Equal("weather", sent.GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString());
        Assert.False(sent.TryGetProperty("response_format", out _));
    }

    [Theory, InlineData("api/chat"), InlineData("v1/chat/completions")]
    public async Task Names_tools_like_the_one_that_is_not_there(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync(path, Body("""{"type":"function","function":{"name":"wether"}}""", stream: true), Cancelled);

        Assert.Equal(400, status);
        var error = reply.GetProperty("error");
        Assert.StartsWith(
            "'tool_choice.function.name' must be the name of one of the request's tools. Did you mean 'weather'",
            (error.ValueKind == JsonValueKind.String ? error : error.GetProperty("message")).GetString(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> SentAsync(string choice)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        await router.LinesAsync("v1/chat/completions", Body(choice, stream: false), Cancelled);
        return JsonElement.Parse(simulator.Requests.Last(r => r.Path == "/api/chat").Body);
    }

    private static (string Content, JsonElement[] Calls, string? Reason) Read(string path, string[] lines)
    {
        var parts = lines.Where(l => l != "data: [DONE]").Select(l => JsonElement.Parse(l.StartsWith("data: ", StringComparison.Ordinal) ? l[6..] : l)).ToArray();
        var choices = path == "api/chat" ? parts : [.. parts.Select(p => p.GetProperty("choices")[0])];
        var messages = choices.Select(c => c.TryGetProperty("message", out var message) ? message : c.GetProperty("delta")).ToArray();
        var last = choices[^1];
        return (
            string.Concat(messages.Select(m => m.TryGetProperty("content", out var content) ? content.GetString() : "")),
            [.. messages.SelectMany(m => m.TryGetProperty("tool_calls", out var calls) ? calls.EnumerateArray().ToArray() : [])],
            last.GetProperty(path == "api/chat" ? "done_reason" : "finish_reason").GetString());
    }

    private static string Body(string choice, bool stream) =>
        $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"Bern"}],{{Tools}},"tool_choice":{{choice}},"stream":{{(stream ? "true" : "false")}}}""";
}
