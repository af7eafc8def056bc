using System.Text.Json;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

/// <summary>OpenAI's older completion of a prompt without turns.</summary>
public class CompletionTests
{
    private const string Path = "v1/completions";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(false, "\"Hi\""), InlineData(true, "\"Hi\""), InlineData(false, "[\"Hi\"]")]
    public async Task Answers_in_one_piece_with_usage(bool openAI, string prompt)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say("Hello.")) }, Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync(Path, Body(prompt, ""), Cancelled);

        Assert.Equal((200, "text_completion"), (status, reply.GetProperty("object").GetString()));
        Assert.StartsWith("cmpl-", reply.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("""[{"index":0,"text":"Hello.","finish_reason":"stop"}]""", reply.GetProperty("choices").GetRawText());
        var usage = reply.GetProperty("usage");
        Assert.True(usage.GetProperty("completion_tokens").GetInt32() > 0);
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("prompt_tokens").GetInt32() + usage.GetProperty("completion_tokens").GetInt32());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Streams_events_with_the_usage_last_if_asked(bool usage)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say("Hello there, friend.")) }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var lines = await router.LinesAsync(Path, Body("\"Hi\"", ""","stream":true""" + (usage ? ""","stream_options":{"include_usage":true}""" : "")), Cancelled);

        Assert.Equal("data: [DONE]", lines[^1]);
        var events = lines[..^1].Select(l => JsonElement.Parse(l["data: ".Length..])).ToArray();
        Assert.Equal(usage, events[^1].TryGetProperty("usage", out _));
        var choices = events.SelectMany(e => e.GetProperty("choices").EnumerateArray()).ToArray();
        Assert.Equal("Hello there, friend.", string.Concat(choices.Select(c => c.GetProperty("text").GetString())));
        Assert.Equal("stop", choices[^1].GetProperty("finish_reason").GetString());
        Assert.All(choices[..^1], c => Assert.Equal(JsonValueKind.Null, c.GetProperty("finish_reason").ValueKind));
    }

    [Fact]
    public async Task Translates_the_rest_to_ollamas_own_api()
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new() { Models = [new("coder", SpeedProfile.OneBillion) { Capabilities = ["completion", "insert"] }] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        await router.AskAsync(
            Path, """{"model":"coder","prompt":"def f(","suffix":"return 1","max_tokens":5,"stop":["\n"],"seed":7,"temperature":0,"keep_alive":60,"user":"me","logit_bias":{}}""", Cancelled);

        var sent = JsonElement.Parse(simulator.Requests.Last(r => r.Path == "/api/generate").Body);
        Assert.Equal(("def f(", "return 1"), (sent.GetProperty("prompt").GetString(), sent.GetProperty("suffix").GetString()));
        Assert.Equal("""{"temperature":0,"seed":7,"num_predict":5,"stop":["\n"],"num_ctx":4096}""", sent.GetProperty("options").GetRawText());
    }

    [Theory]
    [InlineData(""","echo":true""", "'echo' must be false; an answer does not repeat its prompt")]
    [InlineData(""","n":2""", "'n' must be 1; one answer is made at a time")]
    [InlineData(""","best_of":3""", "'best_of' must be 1; one answer is made at a time")]
    [InlineData(""","logprobs":2""", "'logprobs' must be left out; /v1/chat/completions has them")]
    [InlineData(""","max_tokens":-5""", "'max_tokens' must be greater than zero")]
    [InlineData(""","prompt":["a","b"]""", "'prompt' must be a text or a list of one text, and not empty")]
    [InlineData(""","prompt":[1,2]""", "'prompt' must be a text or a list of one text, and not empty")]
    [InlineData(""","prompt":"" """, "'prompt' must be a text or a list of one text, and not empty")]
    public async Task Says_what_is_wrong_with_a_request(string more, string expected)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync(Path, Body("\"Hi\"", more), Cancelled);

        Assert.Equal((400, expected), (status, reply.GetProperty("error").GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Knows_no_model_that_is_not_there()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync(Path, """{"model":"lama3.2:1b","prompt":"Hi"}""", Cancelled);

        Assert.Equal((404, "model_not_found"), (status, reply.GetProperty("error").GetProperty("code").GetString()));
    }

    private static string Body(string prompt, string more) => $$"""{"model":"llama3.2:1b","prompt":{{prompt}}{{more}}}""";
}
