using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Sutazai.ModelRouter.Backends;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Dialects;

namespace Sutazai.ModelRouter.Tests;

public class OpenAIPieceTests
{
    private static readonly Gen<string?> s_text = Gen.OneOf<string?>(null, "", " ", "ü", "😀", "\"", "\\", "\n", "}", "]", "a longer piece of text, with a comma");

    // Members that servers add, or may.
    private static readonly Gen<JsonNode?> s_other = Gen.OneOf("null", "1", "-2.5e3", "true", "\"choices\"", "[]", "[1,{\"content\":\"no\"}]", "{}", "{\"choices\":[{\"delta\":{\"content\":\"no\"}}]}").Select(j => JsonNode.Parse(j));

    [Fact]
    public void Reads_what_is_there_wherever_it_stands() =>
        Gen.Select(s_text, s_text, s_text, s_other, s_other, Gen.Bool, Gen.Int[1, 9]).Sample((content, reasoning, reason, one, two, whole, step) =>
        {
            var message = Shuffled(step, ("content", content), ("role", "assistant"), ("x", one?.DeepClone()), ("reasoning_content", reasoning));
            var choice = Shuffled(step, ("y", two?.DeepClone()), (whole ? "message" : "delta", message), ("finish_reason", reason), ("index", 0));
            var json = Encoding.UTF8.GetBytes(Shuffled(step, ("id", "x"), ("choices", new JsonArray(choice, new JsonObject { ["delta"] = new JsonObject { ["content"] = "no" } })), ("z", one?.DeepClone())).ToJsonString());

            var piece = OpenAIPiece.Read(json);

            Assert.Equal((content, reasoning, reason), (piece.Content, piece.Reasoning, piece.FinishReason));
        });

    [Fact]
    public void Reads_what_comes_once_in_an_answer()
    {
        var piece = OpenAIPiece.Read(Encoding.UTF8.GetBytes("""
            {"choices":[{"delta":{"tool_calls":[{"index":1,"id":"a","function":{"name":"f","arguments":"{"}}]},"logprobs":{"content":[{"token":"x"}]}}],
             "usage":{"prompt_tokens":7,"completion_tokens":9,"total_tokens":16},"timings":{"prompt_ms":1.5,"predicted_ms":2.5},"error":{"message":"m"}}
            """));

        Assert.Equal((1, "a", "f", "{"), (piece.ToolCalls![0]!.Index, piece.ToolCalls[0]!.Id, piece.ToolCalls[0]!.Function!.Name, piece.ToolCalls[0]!.Function!.Arguments));
        Assert.Equal("x", piece.Logprobs![0].GetProperty("token").GetString());
        Assert.Equal((7, 9), (piece.Usage!.PromptTokens, piece.Usage.CompletionTokens));
        Assert.Equal((1.5, 2.5), (piece.Timings!.PromptMs, piece.Timings.PredictedMs));
        Assert.Equal("m", piece.Error!.Value.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("""{"choices":null,"usage":null,"timings":null,"error":null}""")]
    [InlineData("""{"choices":[]}""")]
    [InlineData("""{"choices":[{"delta":null,"finish_reason":null,"logprobs":null}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":null,"tool_calls":null}}]}""")]
    public void Takes_null_for_what_is_not_there(string json)
    {
        var piece = OpenAIPiece.Read(Encoding.UTF8.GetBytes(json));

        Assert.Equal((null, null, null, null), (piece.Content, piece.FinishReason, piece.ToolCalls, piece.Usage));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("""{"choices":""")]
    [InlineData("""{"choices":{}}""")]
    [InlineData("""{"choices":[null]}""")]
    [InlineData("""{"choices":[{"delta":[]}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":1}}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":["x"]}}]}""")]
    [InlineData("""{"choices":[{"delta":{"content":"\ud800"}}]}""")]
    [InlineData("""{"choices":[{"delta":{"tool_calls":{}}}]}""")]
    [InlineData("""{"choices":[{"finish_reason":{}}]}""")]
    [InlineData("""{"usage":3}""")]
    [InlineData("""{"choices":[{"delta":{"content":"x"}""")]
    public void Says_of_anything_else_that_it_is_no_json_of_that_kind(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);

        Assert.ThrowsAny<JsonException>(() => OpenAIPiece.Read(bytes));
    }

    [Fact]
    public void A_streams_events_differ_in_nothing_but_their_text()
    {
        string[] texts = ["first", "", "\"\"", "ü😀\n", "last"];
        var replies = new OpenAIReplies("a \"\" model:{\"content\":\"\"}", includeUsage: false, TimeProvider.System);
        var body = new ArrayBufferWriter<byte>();

        foreach (var text in texts)
        {
            replies.Write(body, new ChatChunk { Content = text });
        }

        var events = Encoding.UTF8.GetString(body.WrittenSpan).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(e => JsonNode.Parse(e["data: ".Length..])!).ToList();
        Assert.Equal(texts, events.Select(e => (string?)e["choices"]![0]!["delta"]!["content"]));
        Assert.Equal(["assistant", null, null, null, null], events.Select(e => (string?)e["choices"]![0]!["delta"]!["role"]));
        Assert.Single(events.Select(Bare).Distinct());

        static string Bare(JsonNode e)
        {
            e["choices"]![0]!["delta"] = null;
            return e.ToJsonString();
        }
    }

    private static JsonObject Shuffled(int step, params (string Name, JsonNode? Value)[] members)
    {
        new Random(step).Shuffle(members);
        return new JsonObject(members.Select(m => KeyValuePair.Create(m.Name, m.Value)));
    }
}
