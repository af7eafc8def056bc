using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.Agents.Tests.ModelRuns;

/// <summary>Agents as models of OpenAI's API.</summary>
public class ChatCompletionTests
{
    private const string Table = "city,people\nBern,134794\nBasel,173552\n";

    [Fact]
    public async Task Agent_answers_as_a_model_would()
    {
        await using var platform = await ModelPlatform.SayingAsync(Turn.Call("profile", new { csv = Table }), Turn.Say("Two Swiss cities."));

        var completion = await CompleteAsync(platform, Chat(stream: false, ("user", "What is in this table?")));

        Assert.Equal(("chat.completion", "agent/csv-profiler"), ((string?)completion["object"], (string?)completion["model"]));
        var choice = Assert.Single(completion["choices"]!.AsArray())!;
        Assert.Equal(("assistant", "Two Swiss cities.", "stop"), ((string?)choice["message"]!["role"], (string?)choice["message"]!["content"], (string?)choice["finish_reason"]));
        Assert.Equal((int)completion["usage"]!["prompt_tokens"]! + (int)completion["usage"]!["completion_tokens"]!, (int)completion["usage"]!["total_tokens"]!);
        Assert.Equal(2, (int)completion["sutazai"]!["results"]![0]!["result"]!["rows"]!);
    }

    [Fact]
    public async Task Chunks_begin_with_the_role_and_end_with_done()
    {
        await using var platform = await ModelPlatform.SayingAsync(Turn.Call("profile", new { csv = Table }), Turn.Say("Two Swiss cities."));
        var ask = Chat(stream: true, ("user", "What is in this table?"));
        ask["stream_options"] = new JsonObject { ["include_usage"] = true };

        var chunks = (await platform.StreamAsync("v1/chat/completions", ask)).Select(e => e.Data).ToList();

        Assert.Equal("[DONE]", (string?)chunks[^1]);
        Assert.Equal("assistant", (string?)chunks[0]["choices"]![0]!["delta"]!["role"]);
        Assert.Empty(chunks[^2]["choices"]!.AsArray());
        Assert.True((int)chunks[^2]["usage"]!["total_tokens"]! > 0);
        Assert.Equal("stop", (string?)chunks[^3]["choices"]![0]!["finish_reason"]);
        Assert.Equal("Two Swiss cities.", string.Concat(chunks[..^2].Select(c => (string?)c["choices"]![0]!["delta"]!["content"])));
        Assert.Single(chunks[..^1].Select(c => (string?)c["id"]).Distinct());
    }

    [Fact]
    public async Task Degraded_answer_is_streamed_too()
    {
        await using var platform = await ModelPlatform.FailingAsync(new Fault(FaultKind.ServerError));

        var chunks = (await platform.StreamAsync("v1/chat/completions", Chat(stream: true, ("user", Table)))).Select(e => e.Data).ToList();

        Assert.Equal("[DONE]", (string?)chunks[^1]);
        Assert.Contains("134794", string.Concat(chunks[..^1].Select(c => (string?)c["choices"]![0]!["delta"]!["content"])), StringComparison.Ordinal);
        Assert.NotNull(chunks[^2]["sutazai"]!["degraded"]);
    }

    [Fact]
    public async Task Files_are_mentioned_in_the_text_by_id()
    {
        await using var platform = await ModelPlatform.FailingAsync(new Fault(FaultKind.ServerError));
        var id = await platform.UploadAsync("cities.csv", Table);

        var completion = await CompleteAsync(platform, Chat(stream: false, ("user", $"What is in {id}?")));

        Assert.Equal(2, (int)completion["sutazai"]!["results"]![0]!["result"]!["rows"]!);
    }

    [Fact]
    public async Task Earlier_turns_reach_the_model()
    {
        await using var platform = await ModelPlatform.SayingAsync(Turn.Say("As I said, two."));

        await CompleteAsync(platform, Chat(stream: false, ("system", "Be brief."), ("user", "How many rows?"), ("assistant", "Two."), ("user", "Really?")));

        var messages = platform.Chats[0]["messages"]!.AsArray().Select(m => ((string?)m!["role"], (string?)m["content"])).Skip(1);
        Assert.Equal([("user", "Be brief."), ("user", "How many rows?"), ("assistant", "Two."), ("user", "Really?")], messages);
    }

    private static JsonObject Chat(bool stream, params IReadOnlyList<(string Role, string Content)> turns) => new()
    {
        ["model"] = "agent/csv-profiler",
        ["stream"] = stream,
        ["messages"] = new JsonArray([.. turns.Select(t => new JsonObject { ["role"] = t.Role, ["content"] = t.Content })]),
    };

    private static async Task<JsonObject> CompleteAsync(ModelPlatform platform, JsonObject ask)
    {
        using var response = await platform.Client.PostAsJsonAsync("v1/chat/completions", ask, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonNode.Parse(body)!.AsObject();
    }
}
