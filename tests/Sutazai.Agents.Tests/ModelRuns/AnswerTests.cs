using System.Text.Json.Nodes;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.Agents.Tests.ModelRuns;

/// <summary>Runs with a model that does what it should.</summary>
public class AnswerTests
{
    private const string Table = "city,people\nBern,134794\nBasel,173552\n";

    [Fact]
    public async Task Model_calls_a_tool_and_words_the_answer()
    {
        await using var platform = await ModelPlatform.SayingAsync(Turn.Call("profile", new { csv = Table }), Turn.Say("Two Swiss cities."));

        var reply = await platform.AskAsync("csv-profiler", new { input = "What is in this table?" });

        Assert.Equal("Two Swiss cities.", reply.Answer);
        Assert.Null(reply.Degraded);
        var result = Assert.Single(reply.Results);
        Assert.Equal("profile", result.Tool);
        Assert.Null(result.Error);
        Assert.Equal(2, result.Result!.Value.GetProperty("rows").GetInt32());
        Assert.Equal((2, 1), (reply.Usage.ModelCalls, reply.Usage.ToolCalls));
        Assert.True(reply.Usage is { PromptTokens: > 0, CompletionTokens: > 0 }, reply.Usage.ToString());
    }

    [Fact]
    public async Task Events_tell_the_steps_in_order_and_end_with_the_same_reply()
    {
        await using var platform = await ModelPlatform.SayingAsync(
            Turn.Call("profile", new { csv = Table }), Turn.Say("Two Swiss cities."),
            Turn.Call("profile", new { csv = Table }), Turn.Say("Two Swiss cities."));

        var whole = await platform.AskAsync("csv-profiler", new { input = "What is in this table?" });
        var events = await platform.StreamAsync("api/agents/csv-profiler/ask", new { input = "What is in this table?" });

        Assert.Equal(["run", "tool", "result", "delta", "done"], events.Select(e => e.Event).Where((e, i) => i == 0 || e != events[i - 1].Event));
        Assert.Equal(whole.Answer, string.Concat(events.Where(e => e.Event == "delta").Select(e => (string?)e.Data["text"])));
        Assert.Equal(Lasting(System.Text.Json.JsonSerializer.SerializeToNode(whole, Clients.SutazaiJson.Options)!), Lasting(events[^1].Data));
        Assert.Equal((string?)events[0].Data["runId"], (string?)events[^1].Data["runId"]);
    }

    [Fact]
    public async Task Answer_in_json_is_streamed_though_it_looks_like_a_call_at_first()
    {
        const string Answer = """{"cities":["Bern","Basel"]}""";
        await using var platform = await ModelPlatform.SayingAsync(Turn.Say(Answer));

        var events = await platform.StreamAsync("api/agents/csv-profiler/ask", new { input = "Name two cities as JSON." });

        Assert.Equal(Answer, string.Concat(events.Where(e => e.Event == "delta").Select(e => (string?)e.Data["text"])));
        Assert.Equal(Answer, (string?)events[^1].Data["answer"]);
    }

    [Fact]
    public async Task Several_tools_may_be_called_in_one_turn()
    {
        await using var platform = await ModelPlatform.SayingAsync(
            new Turn { Calls = [ToolCall.To("profile", new { csv = Table }), ToolCall.To("dialect", new { csv = Table })] }, Turn.Say("Done."));

        var reply = await platform.AskAsync("csv-profiler", new { input = "What is in this table?" });

        Assert.Equal(["profile", "dialect"], reply.Results.Select(r => r.Tool));
        Assert.Equal("Done.", reply.Answer);
        var told = platform.Chats[^1]["messages"]!.AsArray().Where(m => (string?)m!["role"] == "tool").ToList();
        Assert.Equal(2, told.Count);
        Assert.Equal(reply.Results.Select(r => r.Result!.Value.GetRawText()), told.Select(m => (string)m!["content"]!));
    }

    [Fact]
    public async Task Request_carries_instructions_tools_and_alias_but_no_content_of_files()
    {
        await using var platform = await ModelPlatform.SayingAsync(Turn.Say("Hello."));
        var id = await platform.UploadAsync("secret.csv", Table);

        await platform.AskAsync("csv-profiler", new { input = "What is in this table?", files = new[] { id } });

        var agent = Catalog.Entry("csv-profiler");
        var chat = Assert.Single(platform.Chats);
        var messages = chat["messages"]!.AsArray();
        Assert.Equal(("system", agent.Definition.Instructions), ((string)messages[0]!["role"]!, (string)messages[0]!["content"]!));
        Assert.Contains(id, (string)messages[^1]!["content"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("134794", chat.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(agent.Tools.Select(t => t.Name), chat["tools"]!.AsArray().Select(t => (string)t!["function"]!["name"]!));
        Assert.Equal("llama3.2:3b", (string?)chat["model"]);
    }

    [Fact]
    public async Task Model_may_use_only_the_tool_that_the_caller_wants()
    {
        await using var platform = await ModelPlatform.SayingAsync(Turn.Call("dialect", new { csv = Table }), Turn.Say("Commas."));

        var reply = await platform.AskAsync("csv-profiler", new { input = Table, tool = "dialect" });

        Assert.Equal("dialect", Assert.Single(reply.Results).Tool);
        Assert.Single(platform.Chats[0]["tools"]!.AsArray());
    }

    [Fact]
    public async Task Tool_gets_the_file_that_the_model_names_by_id()
    {
        await using var platform = await ModelPlatform.StartAsync(new OllamaSimulatorOptions());
        var id = await platform.UploadAsync("cities.csv", Table);

        var reply = await platform.AskAsync("csv-profiler", new { input = "What is in this table?", files = new[] { id } });

        Assert.Null(reply.Degraded);
        Assert.Equal(2, Assert.Single(reply.Results).Result!.Value.GetProperty("rows").GetInt32());
    }

    [Fact]
    public async Task Eight_different_calls_are_not_too_many()
    {
        var calls = Enumerable.Range(1, 8).Select(n => Turn.Call("profile", new { csv = $"n\n{n}\n" })).Append(Turn.Say("Eight tables."));
        await using var platform = await ModelPlatform.SayingAsync([.. calls]);

        var reply = await platform.AskAsync("csv-profiler", new { input = "Profile all of them." });

        Assert.Equal(("Eight tables.", 8), (reply.Answer, reply.Results.Count));
        Assert.Null(reply.Degraded);
    }

    [Theory]
    [InlineData("""{"name":"profile","arguments":{"csv":"a\n1\n"}}""")]
    [InlineData("""{"name":"profile","parameters":{"csv":"a\n1\n"}}""")]
    [InlineData("```json\n{\"name\":\"profile\",\"arguments\":{\"csv\":\"a\\n1\\n\"}}\n```")]
    [InlineData("\n  ```\n{\"name\":\"profile\",\"arguments\":{\"csv\":\"a\\n1\\n\"}}\n```\n")]
    public async Task Call_written_into_the_text_is_taken_as_a_call(string text)
    {
        await using var platform = await ModelPlatform.SayingAsync(Turn.Say(text), Turn.Say("One row."));

        var reply = await platform.AskAsync("csv-profiler", new { input = "What is in this table?" });

        Assert.Equal(("One row.", 1), (reply.Answer, Assert.Single(reply.Results).Result!.Value.GetProperty("rows").GetInt32()));
        Assert.Null(reply.Degraded);
    }

    [Fact]
    public async Task Text_that_only_looks_like_a_call_is_an_answer()
    {
        await using var platform = await ModelPlatform.SayingAsync(Turn.Say("""{"name":"Bern","people":134794}"""));

        var reply = await platform.AskAsync("csv-profiler", new { input = "Give me the row as JSON." });

        Assert.Equal("""{"name":"Bern","people":134794}""", reply.Answer);
    }

    private static string Lasting(JsonNode reply)
    {
        var copy = reply.DeepClone().AsObject();
        copy.Remove("runId");
        copy.Remove("traceId");
        // Ids of calls are random, and so is the number of their tokens.
        copy["usage"]!.AsObject().Remove("promptTokens");
        foreach (var result in copy["results"]!.AsArray())
        {
            result!.AsObject().Remove("milliseconds");
        }

        return copy.ToJsonString();
    }
}
