using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.ModelRouter.Tests;

public class RedisAnswersTests
{
    private const string Miss = "cache=miss, share=leader";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gives_one_routers_answer_to_another_chunk_by_chunk()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var simulator = await OllamaSimulator.StartAsync(new() { Script = Script.Of(Turn.Say("one two three four five")) }, Cancelled);
        await using var first = await Router.BeforeAsync(simulator, redis.Settings);
        await using var second = await PatientAsync(simulator, redis);
        using var requests = second.Count("sutazai.router.cache.requests", "result");
        using var saved = second.Count("sutazai.router.cache.saved");

        var (made, chunks) = await AskAsync(first, "Count");
        var key = await WrittenAsync(redis);
        var (found, replayed) = await AskAsync(second, "Count");
        var (kept, again) = await AskAsync(second, "Count");

        Assert.Equal((Miss, "cache=redis", "cache=hit"), (made, found, kept));
        Assert.True(chunks.Length > 5);
        Assert.Equal(chunks, replayed);
        Assert.Equal(chunks, again);
        Assert.Single(simulator.Requests, r => r.Path == "/api/chat");
        Assert.Equal((1, 1, 0), (requests["redis"], requests["hit"], requests["miss"]));
        Assert.True(saved.Total > 0);
        await using var connection = await redis.ConnectAsync();
        Assert.InRange((await connection.GetDatabase().KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Gives_one_routers_vectors_to_another()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var first = await Router.BeforeAsync(simulator, redis.Settings);
        await using var second = await PatientAsync(simulator, redis);

        var (_, made) = await first.AskAsync("api/embed", """{"model":"base-embed","input":["a","b"]}""", Cancelled);
        await WrittenAsync(redis);
        var (_, found) = await second.AskAsync("api/embed", """{"model":"base-embed","input":["a","b"]}""", Cancelled);

        Assert.Equal(made.GetRawText(), found.GetRawText());
        Assert.Single(simulator.Requests, r => r.Path == "/api/embed" && r.Body.Contains("\"a\"", StringComparison.Ordinal));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Goes_on_without_a_server_that_dies_or_hangs(bool hangs)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, redis.Settings);
        await AskAsync(router, "Before");
        await WrittenAsync(redis);

        await (hangs ? redis.HangAsync() : redis.KillAsync());

        for (var i = 0; i < 10; i++)
        {
            var (decision, chunks) = await AskAsync(router, $"Question {i}");
            Assert.Equal(Miss, decision);
            Assert.Contains("\"done\":true", chunks[^1], StringComparison.Ordinal);
        }

        Assert.Equal("cache=hit", (await AskAsync(router, "Question 9")).Decision);
    }

    [Fact]
    public async Task Goes_on_without_a_server_that_is_not_there()
    {
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var router = await Router.BeforeAsync(simulator, "Backends:answers:Provider=redis", "ConnectionStrings:redis=127.0.0.1:1");

        Assert.Equal(Miss, (await AskAsync(router, "Hi")).Decision);
        Assert.Equal("cache=hit", (await AskAsync(router, "Hi")).Decision);
    }

    [Theory]
    [InlineData("no JSON"), InlineData("{}"), InlineData("null"), InlineData("""{"Made":"2026-01-01T00:00:00+00:00","Pieces":[]}""")]
    [InlineData("""{"Made":"9999-01-01T00:00:00+00:00","Pieces":[null]}"""), InlineData("""{"Made":"9999-01-01T00:00:00+00:00","Pieces":[{"Content":"cut"}]}""")]
    [InlineData("""{"Made":"9999-01-01T00:00:00+00:00","Pieces":[{"Content":null,"Finish":{"Reason":"stop"}}]}"""), InlineData("long")]
    public async Task Takes_what_is_no_answer_for_a_miss_and_writes_over_it(string garbage)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var simulator = await OllamaSimulator.StartAsync(cancellationToken: Cancelled);
        await using var first = await Router.BeforeAsync(simulator, redis.Settings);
        await using var second = await Router.BeforeAsync(simulator, redis.Settings);
        await using var third = await PatientAsync(simulator, redis);
        var (_, made) = await AskAsync(first, "Hi");
        var key = await WrittenAsync(redis);
        await using var connection = await redis.ConnectAsync();
        var database = connection.GetDatabase();
        var written = await database.StringGetAsync(key);
        await database.StringSetAsync(key, garbage == "long" ? new string(' ', 2 << 20) + written : garbage);

        var (decision, chunks) = await AskAsync(second, "Hi");
        while ((await database.StringGetAsync(key)).ToString() is var now && (now == garbage || now.Length > 1 << 20))
        {
            Cancelled.ThrowIfCancellationRequested();
        }

        Assert.Equal((Miss, made.Length), (decision, chunks.Length));
        Assert.Equal("cache=redis", (await AskAsync(third, "Hi")).Decision);
    }

    [Theory, InlineData("", "ConnectionStrings:redis is not set"), InlineData("host,nonsense=secret", "ConnectionStrings:redis is not understood")]
    public async Task Does_not_start_without_knowing_where_the_server_is(string connection, string message)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Router.StartAsync("Backends:answers:Provider=redis", $"ConnectionStrings:redis={connection}"));

        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>On a clock that stands: its patience with the server does not depend on how busy this machine is.</summary>
    private static Task<Router> PatientAsync(OllamaSimulator simulator, RedisServer redis) =>
        Router.BeforeAsync(simulator, new FakeTimeProvider(TimeProvider.System.GetUtcNow()), redis.Settings);

    /// <summary>The one key there is, as soon as it is there.</summary>
    private static async Task<RedisKey> WrittenAsync(RedisServer redis)
    {
        await using var connection = await redis.ConnectAsync();
        while (true)
        {
            if ((RedisResult[]?)await connection.GetDatabase().ExecuteAsync("KEYS", "*") is [var key])
            {
                return (RedisKey)key;
            }

            Cancelled.ThrowIfCancellationRequested();
        }
    }

    private static async Task<(string Decision, string[] Chunks)> AskAsync(Router router, string question)
    {
        using var response = await router.PostAsync(
            "api/chat", $$"""{"model":"llama3.2:1b","messages":[{"role":"user","content":"{{question}}"}],"options":{"temperature":0} }""", Cancelled);
        var lines = (await response.Content.ReadAsStringAsync(Cancelled)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (Assert.Single(response.Headers.GetValues("x-router-decision")).Split(", wait")[0], [.. lines.Select(WithoutItsTime)]);
    }

    private static string WithoutItsTime(string line)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(line)!.AsObject();
        json.Remove("created_at");
        return json.ToJsonString();
    }
}
