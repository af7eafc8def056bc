using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OllamaSharp;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class OllamaDialectTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Streams_an_answer_line_by_line_and_ends_with_the_counts(bool openAI)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say("Hello there, friend.")) }, Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        using var response = await router.PostAsync("api/chat", Chat("Hi"), Cancelled);
        var lines = (await response.Content.ReadAsStringAsync(Cancelled)).Split('\n')[..^1].Select(l => JsonElement.Parse(l)).ToArray();

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        Assert.True(lines.Length > 3, $"{lines.Length} lines");
        Assert.Equal("Hello there, friend.", string.Concat(lines.Select(l => l.GetProperty("message").GetProperty("content").GetString())));
        Assert.All(lines[..^1], l => Assert.False(l.GetProperty("done").GetBoolean()));
        var last = lines[^1];
        Assert.Equal("llama3.2:1b", last.GetProperty("model").GetString());
        Assert.Equal((true, "stop"), (last.GetProperty("done").GetBoolean(), last.GetProperty("done_reason").GetString()));
        Assert.True(last.GetProperty("prompt_eval_count").GetInt32() > 0 && last.GetProperty("eval_count").GetInt32() > 0);
        Assert.EndsWith("Z", last.GetProperty("created_at").GetString(), StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Answers_in_one_piece_when_asked_to(bool openAI)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say("Grüße, 世界.")) }, Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync("api/generate", """{"model":"llama3.2:1b","prompt":"Hi","system":"Be short.","stream":false}""", Cancelled);

        Assert.Equal((200, "Grüße, 世界."), (status, reply.GetProperty("response").GetString()));
        Assert.True(reply.GetProperty("done").GetBoolean());
    }

    [Theory, InlineData(false, false), InlineData(false, true), InlineData(true, false), InlineData(true, true)]
    public async Task Carries_tool_calls_and_their_results(bool openAI, bool stream)
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Script = Script.Of(Turn.Call("profile", new { file = "a.csv", rows = 3 }), Turn.Say("Three rows.")) }, Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);
        const string Tools = """[{"type":"function","function":{"name":"profile","description":"Profiles.","parameters":{"type":"object","properties":{"file":{"type":"string"}}}}}]""";
        const string Asked = """{"role":"user","content":"What is in it?"}""";

        var lines = await router.LinesAsync("api/chat", $$"""{"model":"llama3.2:1b","messages":[{{Asked}}],"tools":{{Tools}},"stream":{{(stream ? "true" : "false")}}}""", Cancelled);

        var message = lines.Select(l => JsonElement.Parse(l).GetProperty("message")).First(m => m.TryGetProperty("tool_calls", out _));
        var call = message.GetProperty("tool_calls")[0].GetProperty("function");
        Assert.Equal("profile", call.GetProperty("name").GetString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"file":"a.csv","rows":3}"""), JsonNode.Parse(call.GetProperty("arguments").GetRawText())));

        var (_, said) = await router.AskAsync(
            "api/chat",
            $$"""{"model":"llama3.2:1b","stream":false,"tools":{{Tools}},"messages":[{{Asked}},{{message.GetRawText()}},{"role":"tool","tool_name":"profile","content":"{\"rows\":3}"}]}""",
            Cancelled);

        Assert.Equal("Three rows.", said.GetProperty("message").GetProperty("content").GetString());
        var sent = JsonElement.Parse(simulator.Requests.Last(r => r.Path.EndsWith("chat", StringComparison.Ordinal) || r.Path.EndsWith("completions", StringComparison.Ordinal)).Body).GetProperty("messages");
        if (openAI)
        {
            Assert.Equal(sent[1].GetProperty("tool_calls")[0].GetProperty("id").GetString(), sent[2].GetProperty("tool_call_id").GetString());
        }
        else
        {
            Assert.Equal("profile", sent[2].GetProperty("tool_name").GetString());
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Embeds_a_list_of_texts_in_order(bool openAI)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        var (_, both) = await router.AskAsync("api/embed", """{"model":"nomic-embed-text","input":["one","two"]}""", Cancelled);
        var (_, second) = await router.AskAsync("api/embed", """{"model":"nomic-embed-text","input":"two"}""", Cancelled);

        Assert.Equal(2, both.GetProperty("embeddings").GetArrayLength());
        Assert.Equal(768, both.GetProperty("embeddings")[0].GetArrayLength());
        Assert.Equal(second.GetProperty("embeddings")[0].GetRawText(), both.GetProperty("embeddings")[1].GetRawText());
    }

    [Fact]
    public async Task Answers_the_older_embeddings_route_with_the_models_own_vector()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        const string Body = """{"model":"nomic-embed-text","prompt":"one"}""";

        var (_, reply) = await router.AskAsync("api/embeddings", Body, Cancelled);

        using var direct = simulator.CreateClient();
        using var response = await direct.PostAsync("api/embeddings", new StringContent(Body), Cancelled);
        var expected = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancelled)).GetProperty("embedding").EnumerateArray().Select(n => n.GetSingle());
        Assert.Equal(expected, reply.GetProperty("embedding").EnumerateArray().Select(n => n.GetSingle()));
    }

    [Fact]
    public async Task Passes_what_the_backend_says_of_its_models_on()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var direct = simulator.CreateClient();

        Assert.Equal(
            JsonElement.Parse(await direct.GetStringAsync("api/tags", Cancelled)).ToString(), (await router.GetAsync("api/tags", Cancelled)).ToString());
        Assert.Equal("0.32.0", (await router.GetAsync("api/version", Cancelled)).GetProperty("version").GetString());
        var (_, shown) = await router.AskAsync("api/show", """{"model":"base-llm"}""", Cancelled);
        Assert.Contains("completion", shown.GetProperty("capabilities").EnumerateArray().Select(c => c.GetString()));

        await router.AskAsync("api/chat", """{"model":"llama3.2:3b","messages":[]}""", Cancelled);
        Assert.Equal("llama3.2:3b", (await router.GetAsync("api/ps", Cancelled)).GetProperty("models")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Loads_and_unloads_with_requests_that_ask_nothing()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (_, loaded) = await router.AskAsync("api/generate", """{"model":"llama3.2:1b","stream":false}""", Cancelled);
        var (_, unloaded) = await router.AskAsync("api/chat", """{"model":"llama3.2:1b","messages":[],"keep_alive":0,"stream":false}""", Cancelled);

        Assert.Equal(("load", "unload"), (loaded.GetProperty("done_reason").GetString(), unloaded.GetProperty("done_reason").GetString()));
    }

    [Fact]
    public async Task Hands_options_and_format_through_but_for_what_would_have_the_model_loaded_again()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        await router.AskAsync(
            "api/chat",
            """{"model":"llama3.2:1b","messages":[{"role":"user","content":"Hi"}],"stream":false,"options":{"num_ctx":2048,"seed":7,"num_thread":3,"stop":["\n"]},"format":{"type":"object"},"keep_alive":"10m","unknown":1}""",
            Cancelled);

        var sent = JsonElement.Parse(simulator.Requests.Last(r => r.Path == "/api/chat").Body);
        Assert.Equal("""{"num_ctx":4096,"seed":7,"stop":["\n"]}""", sent.GetProperty("options").GetRawText());
        Assert.Equal("""{"type":"object"}""", sent.GetProperty("format").GetRawText());
        Assert.Equal("-1s", sent.GetProperty("keep_alive").GetString());
        Assert.False(sent.TryGetProperty("unknown", out _));
    }

    [Theory]
    [InlineData("POST", "api/pull"), InlineData("POST", "api/push"), InlineData("POST", "api/create"), InlineData("POST", "api/copy"), InlineData("DELETE", "api/delete")]
    public async Task Refuses_to_manage_the_backends_models(string method, string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        using var response = await router.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("{}") }, Cancelled);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(
            $"/{path} is not offered here: models are managed at the backend itself",
            JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancelled)).GetProperty("error").GetString());
        Assert.DoesNotContain(simulator.Requests, r => r.Path == "/" + path);
    }

    [Fact]
    public async Task Serves_the_client_that_the_agents_use()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Call("add", new { a = 1, b = 2 }), Turn.Say("It is 3.")) }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);
        using var ollama = new OllamaApiClient(router.CreateClient(), "base-llm");
        using var chat = ((IChatClient)ollama).AsBuilder().UseFunctionInvocation().Build();
        var add = AIFunctionFactory.Create((int a, int b) => a + b, "add");

        var answer = await chat.GetResponseAsync("What is 1 + 2?", new ChatOptions { Tools = [add] }, Cancelled);

        Assert.Equal("It is 3.", answer.Text);
        Assert.Contains(answer.Messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>(), r => r.Result?.ToString() == "3");
    }

    private static string Chat(string text) => $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"{{text}}"}]}""";
}
