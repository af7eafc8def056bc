using System.Net;
using Sutazai.Clients;

namespace Sutazai.ModelRouter.Tests;

public class NoBackendTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api/chat", """{"model":"base-llm","messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("api/generate", """{"model":"base-llm","prompt":"Hi"}""")]
    [InlineData("api/embed", """{"model":"base-embed","input":"Hi"}""")]
    [InlineData("api/embeddings", """{"model":"base-embed","prompt":"Hi"}""")]
    [InlineData("api/show", """{"model":"base-llm"}""")]
    public async Task Says_in_ollamas_shape_that_no_backend_is_configured(string path, string body)
    {
        await using var router = await Router.StartAsync();

        var (status, reply) = await router.AskAsync(path, body, Cancelled);

        Assert.Equal(503, status);
        Assert.Equal("""{"error":"no model backend is configured"}""", reply.GetRawText());
    }

    [Theory]
    [InlineData("v1/chat/completions", """{"model":"base-llm","messages":[{"role":"user","content":"Hi"}],"stream":true}""")]
    [InlineData("v1/embeddings", """{"model":"base-embed","input":"Hi"}""")]
    public async Task Says_in_openais_shape_that_no_backend_is_configured(string path, string body)
    {
        await using var router = await Router.StartAsync();

        var (status, reply) = await router.AskAsync(path, body, Cancelled);

        Assert.Equal(503, status);
        Assert.Equal(
            """{"error":{"message":"no model backend is configured","type":"api_error","param":null,"code":"no_model_backend"}}""", reply.GetRawText());
    }

    [Fact]
    public async Task Lists_nothing_and_still_tells_a_version()
    {
        await using var router = await Router.StartAsync();

        Assert.Equal("""{"models":[]}""", (await router.GetAsync("api/tags", Cancelled)).GetRawText());
        Assert.Equal("""{"models":[]}""", (await router.GetAsync("api/ps", Cancelled)).GetRawText());
        Assert.Equal("""{"object":"list","data":[]}""", (await router.GetAsync("v1/models", Cancelled)).GetRawText());
        Assert.NotEqual("", (await router.GetAsync("api/version", Cancelled)).GetProperty("version").GetString());
    }

    [Theory, InlineData("api/tags"), InlineData("api/version"), InlineData("")]
    public async Task Answers_the_head_requests_by_which_clients_look_for_ollama(string path)
    {
        await using var router = await Router.StartAsync();

        using var response = await router.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Tells_its_state()
    {
        await using var router = await Router.StartAsync();

        var status = await new ModelRouterClient(router.Client).StatusAsync(Cancelled);

        Assert.Equal(("none", false, null, "no model backend is configured"), (status.Backend, status.Reachable, status.Version, status.Reason));
        Assert.Equal([], status.Models);
        Assert.Equal(["base-embed", "base-llm", "base-nlp"], status.Aliases.Keys.Order());
    }
}
