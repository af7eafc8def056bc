using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class DecisionHeaderTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api/chat", "{", "refused=invalid_request")]
    [InlineData("api/chat", """{"model":5}""", "refused=invalid_request")]
    [InlineData("api/chat", """{"model":"llama3.2:1b","tool_choice":"x"}""", "refused=invalid_request")]
    [InlineData("api/generate", "", "refused=invalid_request")]
    [InlineData("api/embed", """{"model":"nomic-embed-text","input":5}""", "refused=invalid_request")]
    [InlineData("v1/chat/completions", """{"model":"llama3.2:1b","messages":[]}""", "refused=invalid_request")]
    [InlineData("v1/completions", """{"model":"llama3.2:1b","prompt":""}""", "refused=invalid_request")]
    [InlineData("v1/chat/completions", """{"model":"nope","messages":[{"role":"user","content":""}]}""", "refused=model_not_found")]
    [InlineData("api/chat", null, "refused=request_too_large")]
    [InlineData("v1/embeddings", null, "refused=request_too_large")]
    [InlineData("api/pull", "{}", "refused=not_offered")]
    [InlineData("api/show", """{"model":"llama3.2:1b"}""", "cache=off")]
    [InlineData("api/show", """{"model":"nope"}""", "refused=model_not_found")]
    public async Task Every_reply_says_what_was_decided(string path, string? body, string expected)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:MaxBodyBytes=1024");

        using var response = await router.PostAsync(path, body ?? $$"""{"model":"{{new string('x', 2000)}}"}""", Cancelled);

        Assert.Equal(expected, Assert.Single(response.Headers.GetValues("x-router-decision")));
    }

    [Theory]
    [InlineData("api/tags", "cache=off"), InlineData("api/ps", "cache=off"), InlineData("api/version", "cache=off"), InlineData("v1/models", "cache=off"), InlineData("v1/models/base-llm", "cache=off")]
    [InlineData("v1/models/nope", "refused=model_not_found")]
    public async Task So_does_every_reply_about_models(string path, string expected)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        using var response = await router.Client.GetAsync(path, Cancelled);

        Assert.Equal(expected, Assert.Single(response.Headers.GetValues("x-router-decision")));
    }

    [Theory]
    [InlineData("api/chat", """{"model":"llama3.2:1b","stream":false,"messages":[{"role":"user","content":"Hi"}],"options":{"temperature":0,"num_ctx":512,"num_gpu":1}}""")]
    [InlineData("api/embed", """{"model":"nomic-embed-text","input":"x","options":{"num_ctx":512,"num_gpu":1}}""")]
    [InlineData("api/embeddings", """{"model":"nomic-embed-text","prompt":"x","options":{"num_ctx":512,"num_gpu":1}}""")]
    public async Task An_answer_says_what_it_ran_with_and_so_does_the_kept_one(string path, string body)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        using var made = await router.PostAsync(path, body, Cancelled);
        await made.Content.ReadAsStringAsync(Cancelled);
        using var kept = await router.PostAsync(path, body, Cancelled);

        Assert.Matches("^cache=miss, share=leader, wait=[0-9.]+s, swap=(yes|no)$", Assert.Single(made.Headers.GetValues("x-router-decision")));
        Assert.Equal("cache=hit", Assert.Single(kept.Headers.GetValues("x-router-decision")));
        Assert.Equal("num_ctx=4096, num_gpu=unset", Assert.Single(made.Headers.GetValues("x-router-options")));
        Assert.Equal("num_ctx=4096, num_gpu=unset", Assert.Single(kept.Headers.GetValues("x-router-options")));
    }

    [Fact]
    public async Task Embeddings_in_openais_dialect_say_how_they_were_made()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        using var made = await router.PostAsync("v1/embeddings", """{"model":"nomic-embed-text","input":"x"}""", Cancelled);

        Assert.Matches("^cache=miss, share=leader, wait=[0-9.]+s, swap=(yes|no)$", Assert.Single(made.Headers.GetValues("x-router-decision")));
    }
}
