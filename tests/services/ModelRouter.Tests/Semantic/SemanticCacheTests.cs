using System.Text.Json;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests.Semantic;

public class SemanticCacheTests
{
    private const string Asked = "How do I restart nginx without dropping connections?";
    private const string InOtherWords = "Hi, could you tell me how to restart nginx without dropping connections, please?";
    private const string On = "ModelRouter:SemanticCache=on";
    private const string Shadow = "ModelRouter:SemanticCache=shadow";

    // The simulator's vectors know words, not meanings.
    private const string Lenient = "ModelRouter:SemanticCacheThreshold=0.1";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData("api/chat"), InlineData("v1/chat/completions")]
    public async Task Answers_a_question_as_the_same_one_in_other_words_was(string path)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say("Use reload."), Turn.Say("Something else.")) }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, On, Lenient);
        using var compared = router.Count("sutazai.router.cache.semantic", "result");

        var (made, answer) = await AskAsync(router, Asked, path);
        var (served, again) = await AskAsync(router, InOtherWords, path);

        Assert.Equal(("cache=miss, share=leader", "cache=semantic"), (made, served));
        Assert.Equal(answer, again);
        Assert.Contains("Use reload.", answer, StringComparison.Ordinal);
        Assert.Single(simulator.Requests, r => r.Path == "/api/chat");
        Assert.Equal((1, 1), (compared["miss"], compared["hit"]));
    }

    [Fact]
    public async Task Asks_for_embeddings_only_when_there_is_an_answer_to_give()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, On, Lenient);

        await AskAsync(router, Asked);
        await AskAsync(router, "How do I restart nginx with dropping connections?");
        Assert.DoesNotContain(simulator.Requests, r => r.Path == "/api/embed");
        await AskAsync(router, InOtherWords);
        await AskAsync(router, InOtherWords);

        Assert.Single(simulator.Requests, r => r.Path == "/api/embed" && r.Body.Contains("nginx", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("How do I stop nginx without dropping connections?", "rejected_polarity")]
    [InlineData("How do I restart nginx with dropping connections?", "rejected_polarity")]
    [InlineData("How do I restart apache without dropping connections?", "rejected_words")]
    [InlineData("What is the capital of Peru?", "miss")]
    public async Task Has_another_question_answered_by_the_model(string question, string result)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, On, Lenient);
        await AskAsync(router, Asked);
        using var compared = router.Count("sutazai.router.cache.semantic", "result");

        Assert.Equal("cache=miss, share=leader", (await AskAsync(router, question)).Decision);
        Assert.Equal(1, compared[result]);
        Assert.Equal(2, simulator.Requests.Count(r => r.Path == "/api/chat"));
    }

    [Fact]
    public async Task Has_the_model_answer_where_the_embeddings_are_too_far_apart()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, On, "ModelRouter:SemanticCacheThreshold=1");
        using var compared = router.Count("sutazai.router.cache.semantic", "result");

        await AskAsync(router, Asked);

        Assert.Equal("cache=miss, share=leader", (await AskAsync(router, InOtherWords)).Decision);
        Assert.Equal(1, compared["rejected_cosine"]);
    }

    [Fact]
    public async Task Has_the_model_answer_where_anything_but_the_last_question_differs()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, On, Lenient);
        await AskAsync(router, Asked);

        Assert.Equal("cache=miss, share=leader", (await AskAsync(router, InOtherWords, before: """{"role":"system","content":"Be brief."},""")).Decision);
        Assert.Equal("cache=miss, share=leader", (await AskAsync(router, InOtherWords, options: """{"temperature":0,"num_predict":9}""")).Decision);
        Assert.Equal("cache=miss, share=leader", (await AskAsync(router, InOtherWords, headers: ("x-router-agent-writes", "true"))).Decision);
        Assert.Equal("cache=off, share=off", (await AskAsync(router, InOtherWords, options: """{"temperature":0.7}""")).Decision);
        using var other = router.CreateClient(Caller.Service("bob"));
        using var response = await other.PostAsync("api/chat", new StringContent(Body(InOtherWords)), Cancelled);
        Assert.StartsWith("cache=miss", Assert.Single(response.Headers.GetValues("x-router-decision")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_off_where_nobody_switched_it_on()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, Lenient);

        await AskAsync(router, Asked);

        Assert.Equal("cache=miss, share=leader", (await AskAsync(router, InOtherWords)).Decision);
        Assert.DoesNotContain(simulator.Requests, r => r.Path == "/api/embed");
    }

    [Theory]
    [InlineData("Use  reload.", "shadow_agree"), InlineData("Use reload, not restart.", "shadow_disagree")]
    public async Task Compares_answers_in_its_shadow_mode_and_serves_the_models(string second, string result)
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say("Use reload."), Turn.Say(second)) }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, Shadow, Lenient);
        using var compared = router.Count("sutazai.router.cache.semantic", "result");

        await AskAsync(router, Asked);
        var (decision, answer) = await AskAsync(router, InOtherWords);

        Assert.Equal("cache=miss, share=leader", decision);
        Assert.Contains(second, answer, StringComparison.Ordinal);
        while (compared[result] == 0)
        {
            await Task.Yield();
            Cancelled.ThrowIfCancellationRequested();
            Assert.Equal(0, compared["unavailable"]);
        }

        Assert.Equal((1, 2), (compared["miss"], compared.Total));
    }

    [Fact]
    public async Task Has_the_model_answer_where_there_are_no_embeddings()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Models = [new("llama3.2:1b", SpeedProfile.OneBillion)] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator, On, Lenient);
        using var compared = router.Count("sutazai.router.cache.semantic", "result");

        await AskAsync(router, Asked);

        Assert.Equal("cache=miss, share=leader", (await AskAsync(router, InOtherWords)).Decision);
        Assert.Equal(1, compared["unavailable"]);
    }

    private static async Task<(string Decision, string Answer)> AskAsync(
        Router router, string question, string path = "api/chat", string before = "", string options = """{"temperature":0}""", params (string, string)[] headers)
    {
        using var response = await router.PostAsync(path, Body(question, before, options), Cancelled, headers);
        var body = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancelled));
        var message = path == "api/chat" ? body.GetProperty("message") : body.GetProperty("choices")[0].GetProperty("message");
        return (Assert.Single(response.Headers.GetValues("x-router-decision")).Split(", wait")[0], message.GetProperty("content").GetString()!);
    }

    private static string Body(string question, string before = "", string options = """{"temperature":0}""") =>
        $$"""{"model":"llama3.2:1b","messages":[{{before}}{"role":"user","content":"{{question}}"}],"stream":false,"temperature":0,"options":{{options}}}""";
}
