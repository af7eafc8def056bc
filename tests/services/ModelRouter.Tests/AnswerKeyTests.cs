using System.Text.Json;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Tests;

public class AnswerKeyTests
{
    private static readonly CallTerms s_terms = new("local");

    private static readonly ChatCall s_chat = new()
    {
        Model = "m",
        Messages = [new ChatMessage("user", "Hi") { ToolCalls = [new ToolCall("1", "look", """{"a":1}""")] }],
        Tools = [new ToolSpec("look", "Looks.", JsonElement.Parse("""{"type":"object","properties":{"a":{},"b":{}}}"""))],
        Options = JsonElement.Parse("""{"temperature":0,"seed":7,"stop":["x","y"]}"""),
        Format = JsonElement.Parse("""{"properties":{"a":{},"b":{}}}"""),
    };

    private static readonly EmbedCall s_embed = new() { Model = "m", Inputs = ["ab", "c"] };

    [Theory]
    [InlineData("""{"seed":7,"stop":["x","y"],"temperature":0}"""), InlineData("""{ "temperature" : 0.0, "seed" : 7, "stop" : [ "x", "y" ] }""")]
    [InlineData("""{"seed":7.0,"temperature":-0,"stop":["x","y"]}"""), InlineData("""{"seed":70e-1,"temperature":0e5,"stop":["x","y"]}""")]
    public void Is_the_same_however_options_are_ordered_and_their_numbers_written(string options) =>
        Assert.Equal(Key(s_chat), Key(s_chat with { Options = JsonElement.Parse(options) }));

    [Fact]
    public void Does_not_depend_on_how_the_answer_is_delivered() =>
        Assert.Equal(Key(s_chat), Key(s_chat with { Stream = true, KeepAlive = TimeSpan.FromMinutes(5) }));

    [Fact]
    public void Differs_with_everything_that_may_change_the_answer()
    {
        var message = s_chat.Messages[0];
        var tool = s_chat.Tools![0];
        AnswerKey[] keys =
        [
            Key(s_chat),
            Key(s_chat with { Model = "n" }),
            AnswerKey.Of(s_chat, "sha256:2", s_terms),
            AnswerKey.Of(s_chat, null, s_terms),
            Key(s_chat with { Messages = [message with { Role = "system" }] }),
            Key(s_chat with { Messages = [message with { Content = "Ho" }] }),
            Key(s_chat with { Messages = [message with { Thinking = "Hm" }] }),
            Key(s_chat with { Messages = [message with { Images = ["aGk="] }] }),
            Key(s_chat with { Messages = [message with { ToolCalls = null }] }),
            Key(s_chat with { Messages = [message with { ToolName = "look" }] }),
            Key(s_chat with { Messages = [message with { ToolCallId = "look" }] }),
            Key(s_chat with { Messages = [message, message] }),
            Key(s_chat with { Tools = null }),
            Key(s_chat with { Tools = [] }),
            Key(s_chat with { Tools = [tool with { Description = "Sees." }] }),
            Key(s_chat with { Tools = [tool with { Parameters = JsonElement.Parse("""{"type":"object","properties":{"b":{},"a":{}}}""") }] }),
            Key(s_chat with { ToolChoice = JsonElement.Parse("\"none\"") }),
            Key(s_chat with { Format = null }),
            Key(s_chat with { Format = JsonElement.Parse("""{"properties":{"b":{},"a":{}}}""") }),
            Key(s_chat with { Options = null }),
            Key(s_chat with { Options = JsonElement.Parse("""{"temperature":0,"seed":8,"stop":["x","y"]}""") }),
            Key(s_chat with { Options = JsonElement.Parse("""{"temperature":0,"seed":"7","stop":["x","y"]}""") }),
            Key(s_chat with { Options = JsonElement.Parse("""{"temperature":0,"seed":7,"stop":["y","x"]}""") }),
            Key(s_chat with { Options = JsonElement.Parse("""{"temperature":0,"seed":9007199254740993,"stop":["x","y"]}""") }),
            Key(s_chat with { Options = JsonElement.Parse("""{"temperature":0,"seed":9007199254740992,"stop":["x","y"]}""") }),
            Key(s_chat with { Think = JsonElement.Parse("false") }),
            Key(s_chat with { Truncate = false }),
            Key(s_chat with { Shift = false }),
            Key(s_chat with { Logprobs = true }),
            Key(s_chat with { TopLogprobs = 1 }),
            Key(s_chat with { Messages = [], Prompt = new CompletionPrompt("Hi") }),
            Key(s_chat with { Messages = [], Prompt = new CompletionPrompt("Hi") { System = "Be short." } }),
            Key(s_chat with { Messages = [], Prompt = new CompletionPrompt("Hi") { Suffix = "Be short." } }),
            Key(s_chat with { Messages = [], Prompt = new CompletionPrompt("Hi") { Template = "Be short." } }),
            Key(s_chat with { Messages = [], Prompt = new CompletionPrompt("Hi") { Raw = true } }),
            Key(s_chat with { Messages = [], Prompt = new CompletionPrompt("Hi") { Context = JsonElement.Parse("[1]") } }),
            Key(s_chat with { Messages = [], Prompt = new CompletionPrompt("Hi") { Images = ["aGk="] } }),
            AnswerKey.Of(s_chat, "sha256:1", new CallTerms("key:1")),
            AnswerKey.Of(s_chat, "sha256:1", s_terms with { Writes = true }),
            Key(s_embed),
            Key(s_embed with { Inputs = ["a", "bc"] }),
            Key(s_embed with { Inputs = ["c", "ab"] }),
            Key(s_embed with { Unscaled = true }),
            Key(s_embed with { Dimensions = 3 }),
            Key(s_embed with { Truncate = true }),
            Key(s_embed with { Options = JsonElement.Parse("""{"num_ctx":1}""") }),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Takes_text_that_is_half_a_surrogate_pair() =>
        Assert.NotEqual(Key(s_chat with { Format = JsonElement.Parse("""{"title":"\ud800"}""") }), Key(s_chat with { Format = JsonElement.Parse("""{"title":"\ud801"}""") }));

    [Theory]
    [InlineData("""{"temperature":0}""", true), InlineData("""{"temperature":0.0,"seed":-1}""", true), InlineData("""{"temperature":0.8,"seed":0}""", true)]
    [InlineData(null, false), InlineData("{}", false), InlineData("""{"seed":3}""", false), InlineData("""{"temperature":0.8}""", false)]
    [InlineData("""{"temperature":0.8,"seed":-1}""", false), InlineData("""{"temperature":"0"}""", false), InlineData("""{"temperature":null}""", false)]
    public void Only_a_call_with_no_chance_in_it_is_deterministic(string? options, bool deterministic) =>
        Assert.Equal(deterministic, SharedCalls.IsDeterministic(options is null ? null : JsonElement.Parse(options)));

    private static AnswerKey Key(ChatCall call) => AnswerKey.Of(call, "sha256:1", s_terms);

    private static AnswerKey Key(EmbedCall call) => AnswerKey.Of(call, "sha256:1", s_terms);
}
