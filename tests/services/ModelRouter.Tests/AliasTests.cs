using Sutazai.Clients;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class AliasTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("base-llm", "llama3.2:3b"), InlineData("BASE-NLP", "llama3.2:1b"), InlineData("mine", "llama3.1:8b"), InlineData("LLAMA3.2:1B", "llama3.2:1b")]
    public async Task Stands_for_its_model(string asked, string answers)
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "ModelRouter:Aliases:mine=llama3.1:8b");

        var (status, reply) = await router.AskAsync("api/generate", $$"""{"model":"{{asked}}","prompt":"Hi","stream":false}""", Cancelled);

        Assert.Equal((200, answers), (status, reply.GetProperty("model").GetString()));
    }

    [Fact]
    public async Task Stands_for_the_first_model_of_its_kind_where_its_own_is_missing()
    {
        await using var simulator = await OllamaSimulator.StartAsync(
            new()
            {
                Models =
                [
                    new("vectors", SpeedProfile.Embedding) { Capabilities = ["embedding"] },
                    new("writer", SpeedProfile.OneBillion),
                    new("other", SpeedProfile.OneBillion),
                ],
            },
            Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var status = await new ModelRouterClient(router.Client).StatusAsync(Cancelled);
        var (embedded, _) = await router.AskAsync("api/embed", """{"model":"base-embed","input":"x"}""", Cancelled);

        var first = status.Models.First(m => !m.StartsWith("vectors", StringComparison.Ordinal));
        Assert.Equal([("base-embed", "vectors:latest"), ("base-llm", first), ("base-nlp", first)], status.Aliases.Select(a => (a.Key, a.Value)));
        Assert.Equal((true, "ollama", "0.32.0", null), (status.Reachable, status.Backend, status.Version, status.Reason));
        Assert.Equal(200, embedded);
    }

    [Fact]
    public async Task Is_not_found_where_the_backend_has_no_model_of_its_kind()
    {
        await using var simulator = await OllamaSimulator.StartAsync(new() { Models = [new("writer", SpeedProfile.OneBillion)] }, Cancelled);
        await using var router = await Router.BeforeAsync(simulator);

        var (status, reply) = await router.AskAsync("v1/embeddings", """{"model":"base-embed","input":"x"}""", Cancelled);

        Assert.Equal((404, "model_not_found"), (status, reply.GetProperty("error").GetProperty("code").GetString()));
    }
}
