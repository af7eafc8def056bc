using System.Text.Json;

namespace Sutazai.Agents.Tests.Sdk;

public class WrittenCallTests
{
    private static readonly IReadOnlyList<AgentTool> s_tools = AgentTool.Of(typeof(SampleTools));

    [Theory]
    [InlineData("""{"name":"bind","arguments":{"count":2}}""")]
    [InlineData("""  {"name": "bind", "parameters": {"count": 2}}  """)]
    [InlineData("```json\n{\"name\":\"bind\",\"arguments\":{\"count\":2}}\n```")]
    [InlineData("```\n{\"arguments\":{\"count\":2},\"name\":\"bind\"}```")]
    public void Call_is_read_out_of_text(string text)
    {
        var call = WrittenCall.Read(text, s_tools);

        Assert.Equal("bind", call?.FunctionName);
        Assert.Equal(2, Assert.IsType<JsonElement>(call!.Arguments!["count"]).GetInt32());
    }

    [Theory]
    [InlineData("")]
    [InlineData("bind")]
    [InlineData("I would call {\"name\":\"bind\",\"arguments\":{}}")]
    [InlineData("""{"name":"other","arguments":{}}""")]
    [InlineData("""{"name":"bind"}""")]
    [InlineData("""{"name":["bind"],"arguments":{}}""")]
    [InlineData("""{"name":"bind","arguments":"{}"}""")]
    [InlineData("""{"name":"bind","arguments":{"count":""")]
    [InlineData("""["bind"]""")]
    [InlineData("```")]
    [InlineData("``````")]
    public void What_is_no_call_is_not_read_as_one(string text) => Assert.Null(WrittenCall.Read(text, s_tools));

    [Theory]
    [InlineData("""{"name":"bind","arguments":{"count":""", true)]
    [InlineData("""{"name": "bind", "arguments": count=2}""", true)]
    [InlineData("```json\n{\"name\":\"bind\",\"arguments\":{\"count\":\n```", true)]
    [InlineData("""{"name":"other","arguments":{"count":""", false)]
    [InlineData("""{"tools":["bind","count_words"]}""", false)]
    [InlineData("""The tool "bind" has no "name".""", false)]
    [InlineData("", false)]
    public void Call_that_broke_off_is_told_from_an_answer(string text, bool garbled) => Assert.Equal(garbled, WrittenCall.IsGarbled(text, s_tools));
}
