using System.Text.Json.Nodes;

namespace Sutazai.Testing.Tests;

using Sutazai.Testing.OllamaSimulator;

public sealed class RequestLogTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keeps_what_was_received()
    {
        await using var ollama = await OllamaSimulator.StartAsync(cancellationToken: Cancel);
        using var client = ollama.CreateClient();
        client.DefaultRequestHeaders.Add("X-Agent", "csv-profiler");

        await client.PostForLinesAsync("/api/chat", Wire.Chat("Hello"), Cancel);
        var recorded = Assert.Single(await ollama.Requests.WaitForAsync(request => request.Phase == RequestPhase.Ended, Cancel));

        Assert.Equal((1, "POST", "/api/chat", Wire.Model, 200, 6), (recorded.Number, recorded.Method, recorded.Path, recorded.Model, recorded.Status, recorded.GeneratedTokens));
        Assert.Equal("csv-profiler", recorded.Headers["x-agent"]);
        Assert.Equal(Wire.Chat("Hello").ToJsonString(), recorded.Body);
        Assert.False(recorded.Aborted);
        Assert.True(recorded.ReceivedAt <= recorded.StartedAt && recorded.StartedAt <= recorded.FirstTokenAt && recorded.FirstTokenAt <= recorded.EndedAt);
    }

    [Theory]
    [InlineData("/api/chat", true)]
    [InlineData("/api/chat", false)]
    [InlineData("/api/generate", true)]
    [InlineData("/v1/chat/completions", true)]
    public async Task A_client_that_leaves_ends_the_work_and_frees_the_model(string path, bool stream)
    {
        await using var ollama = await OllamaSimulator.StartAsync(
            new OllamaSimulatorOptions { Script = new Script([new Rule(Turn.Say(string.Join(' ', Enumerable.Repeat("word", 100_000)))) { Times = 1 }]), TimeScale = 0.01 }, Cancel);
        using var client = ollama.CreateClient();
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        var request = client.PostAsync(path, Wire.Chat("Hello", stream).With("prompt", "Hello"), leaves.Token);
        await ollama.Requests.WaitForAsync(recorded => recorded.GeneratedTokens > 5, Cancel);
        if (stream)
        {
            (await request).Dispose();
        }
        else
        {
            await leaves.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        }

        var aborted = Assert.Single(await ollama.Requests.WaitForAsync(recorded => recorded is { Aborted: true, Phase: RequestPhase.Ended }, Cancel));
        Assert.True(aborted.GeneratedTokens < 100_000);
        Assert.True(aborted.AbortedAt >= aborted.FirstTokenAt);
        Assert.Equal("You asked: Next", (await client.PostForLinesAsync("/api/chat", Wire.Chat("Next"), Cancel)).Content());
    }

    [Fact]
    public async Task A_client_that_leaves_during_a_load_stops_the_load()
    {
        await using var ollama = await OllamaSimulator.StartAsync(new OllamaSimulatorOptions { TimeScale = 1000 }, Cancel);
        using var client = ollama.CreateClient();
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        var request = client.PostAsync("/api/chat", Wire.Chat("Hello"), leaves.Token);
        await ollama.Requests.WaitForAsync(recorded => recorded.Phase == RequestPhase.Waiting, Cancel);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        var aborted = Assert.Single(await ollama.Requests.WaitForAsync(recorded => recorded.Aborted, Cancel));
        Assert.Null(aborted.StartedAt);
        Assert.Empty(JsonNode.Parse(await client.GetStringAsync("/api/ps", Cancel))!["models"]!.AsArray());
    }
}
