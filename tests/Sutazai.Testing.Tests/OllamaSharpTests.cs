using System.ComponentModel;
using Microsoft.Extensions.AI;
using OllamaSharp;

namespace Sutazai.Testing.Tests;

using Sutazai.Testing.OllamaSimulator;

/// <summary>The client that the platform's agents use finds all it needs.</summary>
public sealed class OllamaSharpTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chats_and_streams()
    {
        await using var ollama = await OllamaSimulator.StartAsync(cancellationToken: Cancel);
        using var client = new OllamaApiClient(ollama.Address, Wire.Model);
        IChatClient chat = client;

        var whole = await chat.GetResponseAsync("Hello", cancellationToken: Cancel);
        var pieces = new List<string>();
        await foreach (var update in chat.GetStreamingResponseAsync("Hello", cancellationToken: Cancel))
        {
            pieces.Add(update.Text);
        }

        Assert.Equal("You asked: Hello", whole.Text);
        Assert.Equal(ChatFinishReason.Stop, whole.FinishReason);
        Assert.Equal(6, whole.Usage?.OutputTokenCount);
        Assert.Equal("You asked: Hello", string.Concat(pieces));
        Assert.True(pieces.Count > 4);
    }

    [Fact]
    public async Task Runs_the_tool_that_the_model_asks_for()
    {
        await using var ollama = await OllamaSimulator.StartAsync(cancellationToken: Cancel);
        using var client = new OllamaApiClient(ollama.Address, Wire.Model);
        using var chat = new ChatClientBuilder(client).UseFunctionInvocation().Build();
        string? profiled = null;
        var tool = AIFunctionFactory.Create(([Description("The file.")] string file) => { profiled = file; return new { rows = 3 }; }, "profile");

        var answer = await chat.GetResponseAsync("Profile art_7", new ChatOptions { Tools = [tool] }, Cancel);

        Assert.Equal("art_7", profiled);
        Assert.Contains("rows", answer.Text, StringComparison.Ordinal);
        Assert.Equal(2, ollama.Requests.Count);
    }

    [Fact]
    public async Task Embeds()
    {
        await using var ollama = await OllamaSimulator.StartAsync(cancellationToken: Cancel);
        using var client = new OllamaApiClient(ollama.Address, Wire.Embedder);
        IEmbeddingGenerator<string, Embedding<float>> generator = client;

        var embeddings = await generator.GenerateAsync(["cats", "cats", "dogs"], cancellationToken: Cancel);

        Assert.Equal(768, embeddings[0].Vector.Length);
        Assert.Equal(embeddings[0].Vector.ToArray(), embeddings[1].Vector.ToArray());
        Assert.NotEqual(embeddings[0].Vector.ToArray(), embeddings[2].Vector.ToArray());
    }

    [Fact]
    public async Task Lists_shows_and_pulls()
    {
        await using var ollama = await OllamaSimulator.StartAsync(cancellationToken: Cancel);
        using var client = new OllamaApiClient(ollama.Address, Wire.Model);

        await OllamaApiClientExtensions.GenerateAsync(client, "Hello", cancellationToken: Cancel).ToListAsync(Cancel);
        var statuses = await client.PullModelAsync(Wire.Model, Cancel).Select(status => status?.Status).ToListAsync(Cancel);

        Assert.True(await client.IsRunningAsync(Cancel));
        Assert.Equal("0.32.0", await client.GetVersionAsync(Cancel));
        Assert.Equal(4, (await client.ListLocalModelsAsync(Cancel)).Count());
        Assert.Equal([Wire.Model], (await client.ListRunningModelsAsync(Cancel)).Select(model => model.Name));
        Assert.Contains("tools", (await client.ShowModelAsync(Wire.Model, Cancel)).Capabilities!);
        Assert.Equal("success", statuses[^1]);
    }
}
