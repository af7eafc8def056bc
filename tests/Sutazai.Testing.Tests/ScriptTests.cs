using System.Text.Json;
using System.Text.Json.Nodes;
using NJsonSchema;

namespace Sutazai.Testing.Tests;

using Sutazai.Testing.OllamaSimulator;

public sealed class ScriptTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gives_turns_one_after_the_other_then_answers_by_itself()
    {
        await using var ollama = await StartAsync(Script.Of(Turn.Call("profile", new { file = "art_1" }), Turn.Say("Done."), Turn.Fail(500, "out of luck")));
        using var client = ollama.CreateClient();

        var called = await client.PostForJsonAsync("/api/chat", Wire.Chat("Hello", stream: false), Cancel);
        var said = await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello"), Cancel);
        var failed = await client.PostForJsonAsync("/api/chat", Wire.Chat("Hello"), Cancel);
        var own = await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello"), Cancel);

        Assert.Equal("""{"index":0,"name":"profile","arguments":{"file":"art_1"}}""", called["message"]!["tool_calls"]![0]!["function"]!.ToJsonString());
        Assert.Equal("Done.", said.Content());
        Assert.Equal("out of luck", (string?)failed["error"]);
        Assert.Equal("You asked: Hello", own.Content());
    }

    [Fact]
    public async Task Reads_rules_with_conditions_from_JSON()
    {
        var script = Script.Parse(
            """
            { "rules": [
                // A question about cheese is answered once.
                { "when": { "lastUser": "(?i)cheese" }, "then": { "text": "Gouda." }, "times": 1 },
                { "when": { "model": "llama3.2:3b" }, "then": { "error": { "status": 503, "message": "later" } } },
                { "when": { "hasTools": true, "hasToolResult": false }, "then": { "calls": [{ "name": "f", "arguments": { "n": 1 } }] } },
                { "when": { "hasToolResult": true }, "then": { "text": "I see." } },
                { "then": { "text": "cut here now or never", "fault": "truncated" } },
            ] }
            """);
        await using var ollama = await StartAsync(script);
        using var client = ollama.CreateClient();
        var tools = Wire.Tool("f", "n");

        Assert.Equal("Gouda.", (await client.PostForLinesAsync("/api/chat", Wire.Chat("Which CHEESE?"), Cancel)).Content());
        Assert.Equal("later", (string?)(await client.PostForJsonAsync("/api/chat", Wire.Chat("x", model: "llama3.2:3b"), Cancel))["error"]);
        Assert.Equal("f", (string?)(await client.PostForLinesAsync("/api/chat", Wire.Chat("x").With("tools", tools), Cancel))[0]["message"]!["tool_calls"]![0]!["function"]!["name"]);
        Assert.Equal("I see.", (await client.PostForLinesAsync("/api/chat", WithToolResult("x", "1"), Cancel)).Content());
        Assert.Equal("cut here now", (await client.PostForLinesAsync("/api/chat", Wire.Chat("Which cheese?"), Cancel)).Content());
    }

    [Theory]
    [InlineData("""{ "rules": [{ "then": { "txt": "Hello" } }] }""")]
    [InlineData("""{ "rules": [{ "when": {} }] }""")]
    [InlineData("null")]
    public void Rejects_a_script_with_mistakes(string json)
    {
        Assert.Throws<JsonException>(() => Script.Parse(json));
    }

    [Fact]
    public async Task Scripted_text_streams_whole_whatever_its_letters()
    {
        const string Text = "Größe: 12345 µm, 漢字 and 👩‍🚀!\n\n\t \"quoted\" \\ </script>";
        await using var ollama = await StartAsync(Script.Of(Turn.Say(Text)));
        using var client = ollama.CreateClient();

        Assert.Equal(Text, (await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello"), Cancel)).Content());
    }

    [Theory]
    [InlineData("Compare art_1 with art_2", """{"left":"art_1","right":"art_2"}""")]
    [InlineData("""Compare {"left": "a", "right": "b", "more": 1}""", """{"left":"a","right":"b"}""")]
    [InlineData("plain words", """{"left":"plain words","right":"plain words"}""")]
    [InlineData("Look at\n```csv\na,b\n1,2\n```", """{"left":"a,b\n1,2","right":"a,b\n1,2"}""")]
    public async Task Fills_a_tools_parameters_from_the_message(string message, string arguments)
    {
        Assert.Equal(arguments, await ArgumentsAsync(message, Wire.Tool("compare", "left", "right")));
    }

    [Fact]
    public async Task Passes_over_a_tool_that_it_cannot_fill()
    {
        var tools = JsonNode.Parse(
            """
            [{ "type": "function", "function": { "name": "count", "parameters": { "type": "object", "required": ["n"], "properties": { "n": { "type": "integer" } } } } },
             { "type": "function", "function": { "name": "sort", "parameters": {
                 "type": "object", "required": ["order", "texts", "deep", "options"], "properties": {
                   "order": { "enum": ["ascending", "descending"] },
                   "texts": { "type": "array", "items": { "type": ["string", "null"] } },
                   "deep": { "type": "boolean" }, "limit": { "type": "integer" },
                   "options": { "$ref": "#/$defs/options" } },
                 "$defs": { "options": { "type": "object", "required": ["mode"], "properties": { "mode": { "anyOf": [{ "type": "null" }, { "enum": ["fast"] }] } } } } } } }]
            """)!.AsArray();

        Assert.Equal("""{"order":"descending","texts":["art_5"],"deep":false,"options":{"mode":"fast"}}""", await ArgumentsAsync("art_5, descending", tools));
        Assert.Equal("""{"n":12}""", await ArgumentsAsync("art_5, the first 12", tools));
    }

    [Fact]
    public async Task Quotes_the_last_tool_result_briefly()
    {
        await using var ollama = await StartAsync(Script.Empty);
        using var client = ollama.CreateClient();

        var text = (await client.PostForLinesAsync("/api/chat", WithToolResult("Profile art_7", new string('x', 1000)), Cancel)).Content();

        Assert.Equal($"The tool f returned: {new string('x', 400)}…", text);
    }

    [Theory]
    [InlineData("""{"type":"object","required":["name","tags"],"properties":{"name":{"type":"string","minLength":30,"maxLength":40},"tags":{"type":"array","minItems":2,"items":{"enum":["a","b"]}}},"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"n":{"type":"integer","minimum":5,"maximum":9},"x":{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1},"m":{"type":"integer","multipleOf":7,"minimum":15}},"required":["n","x","m"]}""")]
    [InlineData("""{"type":"array","minItems":1,"items":{"type":"object","required":["at","id"],"properties":{"at":{"type":"string","format":"date-time"},"id":{"type":"string","format":"uuid"}}}}""")]
    [InlineData("""{"type":"object","required":["tree"],"properties":{"tree":{"$ref":"#/definitions/node"}},"definitions":{"node":{"type":"object","required":["value","children"],"properties":{"value":{"type":"boolean"},"children":{"type":"array","items":{"$ref":"#/definitions/node"}}}}}}""")]
    [InlineData("""{"allOf":[{"type":"object","required":["a"],"properties":{"a":{"const":1}}},{"type":"object","required":["b"],"properties":{"b":{"oneOf":[{"type":"null"},{"type":"string"}]}}}]}""")]
    public async Task Structured_output_obeys_its_schema(string schema)
    {
        await using var ollama = await StartAsync(Script.Empty);
        using var client = ollama.CreateClient();

        var native = (await client.PostForLinesAsync("/api/chat", Wire.Chat("Fill the form, please").With("format", JsonNode.Parse(schema)), Cancel)).Content();
        var format = new JsonObject { ["type"] = "json_schema", ["json_schema"] = new JsonObject { ["name"] = "form", ["schema"] = JsonNode.Parse(schema) } };
        var openAi = await client.PostForJsonAsync("/v1/chat/completions", Wire.Chat("Fill the form, please", stream: false).With("response_format", format), Cancel);

        Assert.Empty((await JsonSchema.FromJsonAsync(schema, Cancel)).Validate(native));
        Assert.Equal(native, (string?)openAi["choices"]![0]!["message"]!["content"]);
    }

    [Fact]
    public async Task Format_json_gives_an_object()
    {
        await using var ollama = await StartAsync(Script.Empty);
        using var client = ollama.CreateClient();

        Assert.Equal("""{"answer":"Hello"}""", (await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello").With("format", "json"), Cancel)).Content());
    }

    private static async Task<string> ArgumentsAsync(string message, JsonArray tools)
    {
        await using var ollama = await StartAsync(Script.Empty);
        using var client = ollama.CreateClient();
        var answer = await client.PostForJsonAsync("/api/chat", Wire.Chat(message, stream: false).With("tools", tools.DeepClone()), Cancel);
        return answer["message"]!["tool_calls"]![0]!["function"]!["arguments"]!.ToJsonString();
    }

    private static JsonObject WithToolResult(string question, string result) => new()
    {
        ["model"] = Wire.Model,
        ["tools"] = Wire.Tool("f", "n"),
        ["messages"] = new JsonArray(
            Wire.User(question),
            new JsonObject { ["role"] = "assistant", ["content"] = "", ["tool_calls"] = new JsonArray(new JsonObject { ["function"] = new JsonObject { ["name"] = "f", ["arguments"] = new JsonObject() } }) },
            new JsonObject { ["role"] = "tool", ["content"] = result }),
    };

    private static Task<OllamaSimulator> StartAsync(Script script) => OllamaSimulator.StartAsync(new OllamaSimulatorOptions { Script = script }, Cancel);
}
