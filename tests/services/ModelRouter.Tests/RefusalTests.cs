using System.Net;
using System.Text;
using System.Text.Json;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class RefusalTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api/chat", "", "missing request body")]
    [InlineData("api/chat", "{", "invalid JSON near line 1, byte 1")]
    [InlineData("api/chat", "null", "the request body is null; a JSON object is expected")]
    [InlineData("api/chat", "[]", "the request body has the wrong type")]
    [InlineData("api/chat", "{}", "model is required")]
    [InlineData("api/chat", """{"model":5}""", "'model' has the wrong type")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","messages":{}}""", "'messages' has the wrong type")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","messages":[null]}""", "'messages[0]' must be an object")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","messages":[{"role":"user","content":7}]}""", "'messages[0].content' has the wrong type")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","messages":[{"role":"wizard","content":""}]}""", "'messages[0].role' is 'wizard'; expected one of system, user, assistant, tool")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","messages":[{"role":"user","images":["%%"]}]}""", "'messages[0].images[0]' must be a picture in base64")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{"}}]}]}""", "'messages[0].tool_calls' must be calls with a name and an object of arguments")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","stream":"yes"}""", "'stream' has the wrong type")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","options":[]}""", "'options' must be an object")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","format":"xml"}""", "'format' must be \"json\" or a JSON schema")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","think":"hard"}""", "'think' must be true, false, \"low\", \"medium\", \"high\" or \"max\"")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","keep_alive":{}}""", "'keep_alive' must be a duration such as \"5m\", or a number of seconds")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","tools":[{"type":"function"}]}""", "'tools[0].function.name' is required")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","messages":[{"role":"user","content":"\ud800"}]}""", "'messages[0].content' is not valid Unicode text")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","top_logprobs":-1}""", "'top_logprobs' must be from 0 to 20")]
    [InlineData("api/generate", """{"model":"llama3.2:1b","context":"x"}""", "'context' must be a list of numbers")]
    [InlineData("api/show", "{}", "model is required")]
    [InlineData("api/embed", """{"model":"nomic-embed-text","input":"x","options":7}""", "'options' must be an object")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"seed":1.5}""", "'seed' has the wrong type")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"frequency_penalty":-2.5}""", "'frequency_penalty' must be from -2 to 2")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"keep_alive":true}""", "'keep_alive' must be a duration such as \"5m\", or a number of seconds")]
    [InlineData("api/generate", """{"model":"llama3.2:1b","prompt":[]}""", "'prompt' has the wrong type")]
    [InlineData("api/embed", """{"model":"nomic-embed-text","input":[1]}""", "'input' must be a text or a list of texts")]
    [InlineData("api/embed", """{"model":"nomic-embed-text","input":"x","dimensions":0}""", "'dimensions' must be greater than zero")]
    [InlineData("v1/chat/completions", "", "missing request body")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b"}""", "[] is too short - 'messages'")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[]}""", "[] is too short - 'messages'")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":{}}]}""", "'messages[0].content' must be a text or a list of parts")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":"\udc00"}]}""", "'messages[0].content' is not valid Unicode text")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://example.com/a.png"}}]}]}""", "'messages[0].content[0].image_url.url' must be a data URL such as data:image/png;base64,…")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"assistant","tool_calls":[{"id":"x","function":{"name":"f","arguments":"{"}}]}]}""", "'messages[0].tool_calls[0].function.arguments' must be the text of a JSON object")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"temperature":"hot"}""", "'temperature' has the wrong type")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"n":2}""", "'n' must be 1; one answer is made at a time")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"stop":5}""", "'stop' must be a text or a list of texts")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"response_format":{"type":"json_schema"}}""", "'response_format.json_schema.schema' must be a JSON schema")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"tool_choice":{"type":"function","function":{"name":"f"}}}""", "'tool_choice.function.name' must be the name of one of the request's tools")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"max_tokens":-5}""", "'max_tokens' must be greater than zero")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"max_completion_tokens":0}""", "'max_completion_tokens' must be greater than zero")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"temperature":1e999}""", "'temperature' must be from 0 to 2")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"top_p":-1}""", "'top_p' must be from 0 to 1")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"tool_choice":"required"}""", "'tool_choice' is \"required\", and the request has no tools")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[{"role":"user","content":""}],"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"thing"}}}}""", "'response_format.json_schema.schema.type' must be one of object, array, string, number, integer, boolean, null, or a list of them")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","format":{"properties":{"a":{"items":5}}}}""", "'format.properties.a.items' must be a JSON schema")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","format":{"anyOf":[{"required":"a"}]}}""", "'format.anyOf[0].required' must be a list of names")]
    [InlineData("api/generate", """{"model":"llama3.2:1b","format":{"enum":[]}}""", "'format.enum' must be a list of values")]
    [InlineData("v1/embeddings", """{"model":"nomic-embed-text","input":[[1,2]]}""", "'input' must be a text or a list of texts")]
    [InlineData("v1/embeddings", """{"model":"nomic-embed-text","input":[]}""", "'input' must be a text or a list of texts, none of them empty")]
    [InlineData("v1/embeddings", """{"model":"nomic-embed-text","input":"x","encoding_format":"int8"}""", "'encoding_format' must be \"float\" or \"base64\"")]
    public async Task Says_what_is_wrong_with_a_request_in_its_dialect(string path, string body, string expected)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync(path, body, Cancelled);

        Assert.Equal(400, status);
        var error = reply.GetProperty("error");
        Assert.Equal(expected, path.StartsWith("v1", StringComparison.Ordinal) ? error.GetProperty("message").GetString() : error.GetString());
    }

    [Theory, InlineData("api/chat"), InlineData("v1/chat/completions")]
    public async Task Names_models_like_the_one_that_is_not_there(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync(path, """{"model":"lama3.2:1b","messages":[{"role":"user","content":""}]}""", Cancelled);

        Assert.Equal(404, status);
        Assert.StartsWith("model 'lama3.2:1b' not found. Did you mean 'llama3.2:1b'", (reply.GetProperty("error") is { ValueKind: JsonValueKind.String } text ? text : reply.GetProperty("error").GetProperty("message")).GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(simulator.Requests, r => r.Path == "/api/chat");
    }

    [Theory]
    [InlineData("api/chat", 404, """{"model":"#","messages":[{"role":"user","content":""}]}"""), InlineData("v1/chat/completions", 404, """{"model":"#","messages":[{"role":"user","content":""}]}""")]
    [InlineData("api/show", 404, """{"model":"#"}"""), InlineData("api/chat", 400, """{"model":"llama3.2:1b","messages":[{"role":"#"}]}""")]
    [InlineData("api/chat", 400, """{"model":"llama3.2:1b","format":{"properties":{"#":{"type":"#"}}}}"""), InlineData("api/chat", 400, """{"model":"llama3.2:1b","options":{"#":["\ud800"]}}""")]
    public async Task Repeats_little_of_what_is_long(string path, int expected, string body)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        using var response = await router.PostAsync(path, body.Replace("#", new string('x', 100_000), StringComparison.Ordinal), Cancelled);

        Assert.Equal(expected, (int)response.StatusCode);
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.InRange(text.Length, 1, 500);
        Assert.Contains(new string('x', 100) + "…", text, StringComparison.Ordinal);
    }

    [Theory, InlineData("api/chat"), InlineData("v1/chat/completions")]
    public async Task Refuses_a_body_over_the_limit_and_takes_one_just_below(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:MaxBodyBytes=100000");
        var small = Body(99_900 - Body(0).Length);

        using var taken = await router.PostAsync(path, small, Cancelled);
        using var refused = await router.PostAsync(path, Body(100_000), Cancelled);

        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Contains("larger than 100000 bytes", await refused.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);

        static string Body(int length) => $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"{{new string('x', length)}}"}]}""";
    }

    [Fact]
    public async Task Refuses_text_that_is_no_utf8_and_json_that_is_too_deep()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        byte[] invalid = [.. Encoding.UTF8.GetBytes("""{"model":"llama3.2:1b","messages":[{"role":"user","content":" """), 0xFF, .. "\"}]}"u8];
        var deep = $$"""{"model":"llama3.2:1b","format":{{string.Concat(Enumerable.Repeat("{\"a\":", 10_000))}}""";

        using var first = await router.Client.PostAsync("api/chat", new ByteArrayContent(invalid), Cancelled);
        var (second, _) = await router.AskAsync("api/chat", deep, Cancelled);

        Assert.Equal((HttpStatusCode.BadRequest, 400), (first.StatusCode, second));
    }

    [Theory]
    [InlineData("Backends:models:Provider=llama", "Backends:models:Provider is 'llama'. Known: none, ollama, openai.")]
    [InlineData("Backends:models:Provider=ollama", "ConnectionStrings:ollama is not set")]
    [InlineData("Backends:models:Provider=openai;ConnectionStrings:openai=Endpoint=ftp://x;Key=secret-key", "ConnectionStrings:openai is not understood")]
    [InlineData("Backends:models:Provider=openai;ConnectionStrings:openai=http://me:secret-key@host/v1", "ConnectionStrings:openai is not understood")]
    [InlineData("ModelRouter:MaxQueue=-1", "MaxQueue")]
    [InlineData("ModelRouter:Budgets:ci:Window=Hour", "ModelRouter:Budgets:ci limits nothing; give it CpuSeconds, Tokens or both.")]
    [InlineData("ModelRouter:Budgets:ci:Tokens=0", "ModelRouter:Budgets:ci: CpuSeconds and Tokens are above 0 where they are given.")]
    [InlineData("ModelRouter:Budgets:ci:Tokens=5;ModelRouter:Budgets:ci:Window=7", "ModelRouter:Budgets:ci:Window is Hour or Day.")]
    [InlineData("ModelRouter:Budgets:ci:Tokens=5;ModelRouter:Budgets:ci:Caller=", "ModelRouter:Budgets:ci: Caller and Agent are names where they are given.")]
    [InlineData("Backends:usage:Provider=postgres;ConnectionStrings:postgres=", "ConnectionStrings:postgres is not set, and Backends:usage:Provider is 'postgres'.")]
    [InlineData("Backends:usage:Provider=postgres;ConnectionStrings:postgres=Host=x;Pasword=secret-key", "ConnectionStrings:postgres is not understood.")]
    [InlineData("ModelRouter:Aliases:base-llm=base-nlp", "ModelRouter:Aliases:base-llm stands for 'base-nlp', which is an alias itself")]
    public async Task Does_not_start_on_settings_that_are_wrong(string settings, string expected)
    {
        var (first, rest) = settings.IndexOf(';', StringComparison.Ordinal) is > 0 and var cut ? (settings[..cut], settings[(cut + 1)..]) : (settings, "Logging:LogLevel:Default=Warning");

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Router.StartAsync(first, rest));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-key", refused.ToString(), StringComparison.Ordinal);
    }
}
