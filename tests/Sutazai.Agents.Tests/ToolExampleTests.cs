using System.Text.Json.Nodes;

namespace Sutazai.Agents.Tests;

public class ToolExampleTests
{
    public static TheoryData<string, string, int> Examples =>
    [
        .. from agent in Catalog.Entries
           from tool in agent.Tools
           from index in Enumerable.Range(0, tool.Examples.Count)
           select new TheoryDataRow<string, string, int>(agent.Definition.Name, tool.Name, index)
    ];

    public static TheoryData<string, string> Tools =>
    [
        .. from agent in Catalog.Entries
           from tool in agent.Tools
           select new TheoryDataRow<string, string>(agent.Definition.Name, tool.Name)
    ];

    [Theory, MemberData(nameof(Examples))]
    public async Task Tool_answers_as_its_example_says(string agent, string tool, int index)
    {
        var example = Catalog.Entry(agent).Tools.Single(t => t.Name == tool).Examples[index];
        var run = () => Catalog.RunAsync(agent, tool, example.Arguments, TestContext.Current.CancellationToken);
        if (example.Fails)
        {
            var refused = await Assert.ThrowsAsync<InvalidInputException>(run);
            Assert.Contains(example.Result, refused.Message, StringComparison.Ordinal);
            return;
        }

        var answer = await run();

        var expected = JsonNode.Parse(example.Result);
        if (!(example.Partial ? Covers(expected, answer) : JsonNode.DeepEquals(expected, answer)))
        {
            Assert.Fail($"expected {example.Result}\nactual   {answer?.ToJsonString()}");
        }
    }

    [Theory, MemberData(nameof(Tools))]
    public void Tool_has_two_examples_and_one_is_nasty(string agent, string tool)
    {
        var examples = Catalog.Entry(agent).Tools.Single(t => t.Name == tool).Examples;

        Assert.True(examples.Count >= 2 && examples.Any(e => e.Nasty), $"{agent}.{tool} has {examples.Count} examples, {examples.Count(e => e.Nasty)} nasty.");
    }

    private static bool Covers(JsonNode? expected, JsonNode? actual) => (expected, actual) switch
    {
        (JsonObject e, JsonObject a) => e.All(member => a.ContainsKey(member.Key) && Covers(member.Value, a[member.Key])),
        (JsonArray e, JsonArray a) => e.Count <= a.Count && e.Zip(a).All(pair => Covers(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(expected, actual),
    };
}
