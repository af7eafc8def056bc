using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sutazai.Clients;

namespace Sutazai.Agents.Tests.Suite;

/// <summary>What every agent must do, asked at the public port.</summary>
public class StandardSuite(AgentFleet platform) : IClassFixture<AgentFleet>
{
    public static TheoryData<string> Agents => Catalog.Names;

    public static TheoryData<string, string> Tools => ToolExampleTests.Tools;

    public static TheoryData<string, string, string> Hostile =>
    [
        .. from agent in Catalog.Entries
           from tool in agent.Tools
           from input in s_hostile.Keys
           select new TheoryDataRow<string, string, string>(agent.Definition.Name, tool.Name, input)
    ];

    /// <summary>Stands for an escape that no JSON writer would write.</summary>
    private const string HalfCharacter = "half-a-character";

    private static readonly Dictionary<string, Func<JsonNode?>> s_hostile = new()
    {
        ["nothing"] = () => "",
        ["a line of ten million characters"] = () => string.Concat(Enumerable.Repeat("ab,1;' {x", 1_000_000)),
        ["NUL bytes"] = () => new string('\0', 100_000),
        ["deep nesting"] = () => new string('[', 100_000),
        ["deep nesting of other kinds"] = () => string.Concat(Enumerable.Repeat("{(<", 30_000)),
        ["half a character"] = () => HalfCharacter,
        ["bytes of no encoding"] = () => new JsonObject { ["name"] = "x.bin", ["base64"] = Convert.ToBase64String([.. Enumerable.Range(0, 50_000).Select(n => (byte)(n * 167 % 256))]) },
        ["a zip broken off"] = () => new JsonObject { ["name"] = "x.zip", ["base64"] = "UEsDBBQAAAAIAAAAIQ==" },
    };

    [Theory, MemberData(nameof(Agents))]
    public async Task Initialises_from_its_definition(string agent)
    {
        var card = JsonSerializer.Deserialize<AgentCard>(await platform.Fleet.Client.GetStringAsync($"api/agents/{agent}", TestContext.Current.CancellationToken), SutazaiJson.Options)!;

        var entry = Catalog.Entry(agent);
        Assert.Equal((agent, entry.Definition.Purpose, AgentHealth.Healthy), (card.Id, card.Purpose, card.Health));
        Assert.Equal(entry.Tools.Select(t => (t.Name, Plain(t.Schema))), card.Tools.Select(t => (t.Name, Plain(t.Parameters))));
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task Sends_and_receives_the_same_each_time(string agent, string tool)
    {
        var example = Catalog.Entry(agent).Tools.Single(t => t.Name == tool).Examples.First(e => !e.Fails);
        var expected = await Catalog.RunAsync(agent, tool, example.Arguments, TestContext.Current.CancellationToken);
        var arguments = await platform.WithUploadsAsync(agent, example.Arguments);

        var (status, body) = await platform.PostAsync($"api/agents/{agent}/tools/{tool}", arguments);
        var (_, again) = await platform.PostAsync($"api/agents/{agent}/tools/{tool}", arguments);

        Assert.True(status == HttpStatusCode.OK, body);
        Assert.Equal(expected?.ToJsonString(SutazaiJson.Options), JsonNode.Parse(body)?.ToJsonString(SutazaiJson.Options));
        Assert.Equal(body, again);
    }

    [Theory, MemberData(nameof(Hostile))]
    public async Task Hostile_input_ends_in_a_result_or_a_clean_refusal(string agent, string tool, string input)
    {
        var chosen = Catalog.Entry(agent).Tools.Single(t => t.Name == tool);
        // The other parameters as an example has them, so that the call gets as far as the tool.
        var arguments = JsonNode.Parse(await platform.WithUploadsAsync(agent, chosen.Examples.First(e => !e.Fails).Arguments))!.AsObject();
        var first = chosen.Parameters[0];
        var hostile = s_hostile[input]();
        arguments[first.Name] = first.IsArtifactList ? new JsonArray(hostile) : hostile;

        var (status, body) = await platform.PostAsync($"api/agents/{agent}/tools/{tool}", arguments.ToJsonString(SutazaiJson.Options).Replace(HalfCharacter, "a\\ud800b", StringComparison.Ordinal));

        Assert.True((int)status < 500, $"{(int)status} {body}");
        if (status != HttpStatusCode.OK)
        {
            var problem = JsonNode.Parse(body)!;
            Assert.StartsWith("urn:sutazai:problem:", (string?)problem["type"], StringComparison.Ordinal);
            Assert.NotEmpty((string)problem["detail"]!);
        }
    }

    private static string Plain(JsonElement schema) => JsonSerializer.Serialize(schema);
}
