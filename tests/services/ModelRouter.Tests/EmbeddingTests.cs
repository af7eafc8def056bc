using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

/// <summary>A vector for each text, in their order.</summary>
public class EmbeddingTests
{
    private const string WithAnEmptyText = """{"model":"nomic-embed-text","input":["x","","y"]}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_empty_text_among_others_has_its_vector_too(bool openAI)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

        var (_, three) = await router.AskAsync("api/embed", WithAnEmptyText, Cancelled);
        var (_, last) = await router.AskAsync("api/embed", """{"model":"nomic-embed-text","input":"y"}""", Cancelled);

        Assert.Equal(3, three.GetProperty("embeddings").GetArrayLength());
        Assert.Equal(last.GetProperty("embeddings")[0].GetRawText(), three.GetProperty("embeddings")[2].GetRawText());
    }

    [Theory, InlineData("api/embed", """{"model":"nomic-embed-text","input":""}""", "embeddings"), InlineData("api/embeddings", """{"model":"nomic-embed-text","prompt":""}""", "embedding")]
    public async Task Nothing_to_embed_has_no_vector(string path, string body, string member)
    {
        foreach (var openAI in (bool[])[false, true])
        {
            await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
            await using var router = openAI ? await Router.BeforeOpenAIAsync(simulator) : await Router.BeforeAsync(simulator);

            var (status, reply) = await router.AskAsync(path, body, Cancelled);

            Assert.Equal((200, 0), (status, reply.GetProperty(member).GetArrayLength()));
        }
    }

    [Fact]
    public async Task A_server_that_leaves_empty_texts_out_is_not_made_to_look_as_if_it_had_not()
    {
        await using var server = await CannedServer.StartAsync(asked => CannedServer.Reply.Json(
            asked.TryGetProperty("input", out _)
                ? """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1]},{"object":"embedding","index":1,"embedding":[2]}]}"""
                : """{"choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}]}"""));
        await using var router = await server.RouterAsync();
        for (var i = 0; i < 6; i++)
        {
            var (status, reply) = await router.AskAsync("api/embed", """{"model":"tiny","input":["x","","y"]}""", Cancelled);
            Assert.Equal((400, "'input' has empty texts, of which the model backend makes no vectors"), (status, reply.GetProperty("error").GetString()));
        }

        var (other, _) = await router.AskAsync("api/embed", """{"model":"tiny","input":["x","y"]}""", Cancelled);
        Assert.Equal(200, other);
    }
}
