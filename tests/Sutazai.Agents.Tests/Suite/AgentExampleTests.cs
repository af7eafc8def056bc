using System.Net;
using System.Text.Json;
using Sutazai.Clients;
using Sutazai.Testing.OllamaSimulator;

namespace Sutazai.Agents.Tests.Suite;

/// <summary>The questions that agents say they answer, put to them without a model and with one that behaves.</summary>
public sealed class AgentExampleTests(AgentFleet platform) : IClassFixture<AgentFleet>
{
    public static TheoryData<string, int> Examples =>
    [
        .. from agent in Catalog.Entries
           from index in Enumerable.Range(0, agent.Definition.Examples.Count)
           select new TheoryDataRow<string, int>(agent.Definition.Name, index)
    ];

    /// <summary>Questions that only a model can turn into a call, with the reason.</summary>
    private static readonly Dictionary<(string Agent, int Index), string> s_needModel = new()
    {
        [("csharp-api-differ", 0)] = "the version to go on from stands in the words",
        [("extractive-summarizer", 1)] = "the number of sentences stands in the words",
        [("incident-timeline-builder", 0)] = "the files have to be told apart as log, deploy and alert",
        [("incident-timeline-builder", 1)] = "the files have to be told apart as log, deploy and alert",
        [("json-profiler", 1)] = "the document stands among the words",
        [("log-anomaly-finder", 1)] = "two calls in turn: the baseline of one file, and the other compared with it",
        [("sentiment-scorer", 1)] = "the aspects stand in the words",
    };

    [Theory, MemberData(nameof(Examples))]
    public async Task Question_is_answered_without_a_model(string agent, int index)
    {
        Assert.SkipWhen(s_needModel.TryGetValue((agent, index), out var reason), reason ?? "");
        var example = Catalog.Entry(agent).Definition.Examples[index];
        List<string> files = [];
        foreach (var file in example.Files)
        {
            files.Add(await platform.UploadAsync(agent, file));
        }

        var (status, body) = await platform.PostAsync($"api/agents/{agent}/ask", JsonSerializer.Serialize(new { input = example.Ask, files }));

        Assert.True(status == HttpStatusCode.OK, body);
        var reply = JsonSerializer.Deserialize<AskReply>(body, SutazaiJson.Options)!;
        Assert.NotNull(reply.Degraded);
        Assert.True(reply.Results is [{ Error: null } result] && example.Calls.Contains(result.Tool), $"called {string.Join(", ", reply.Results.Select(r => r.Tool))}:\n{reply.Answer}");
        Assert.All(example.Says, fact => Assert.Contains(fact, reply.Answer, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>The same questions with a model that calls a fitting tool.</summary>
public sealed class ModelledExampleTests(ModelledFleet platform) : IClassFixture<ModelledFleet>
{
    public static TheoryData<string> Agents => Catalog.Names;

    [Theory, MemberData(nameof(Agents))]
    public async Task Agent_answers_through_a_model(string agent)
    {
        var example = Catalog.Entry(agent).Definition.Examples[0];
        List<string> files = [];
        foreach (var file in example.Files)
        {
            files.Add(await platform.Agents.UploadAsync(agent, file));
        }

        var (status, body) = await platform.Agents.PostAsync($"api/agents/{agent}/ask", JsonSerializer.Serialize(new { input = example.Ask, files }));

        Assert.True(status == HttpStatusCode.OK, body);
        var reply = JsonSerializer.Deserialize<AskReply>(body, SutazaiJson.Options)!;
        Assert.NotEmpty(reply.Answer);
        Assert.True(reply.Usage.ModelCalls > 0, reply.Usage.ToString());
        Assert.NotEmpty(reply.Results);
    }
}

/// <summary>A platform with a simulated model.</summary>
public sealed class ModelledFleet : IAsyncLifetime
{
    private OllamaSimulator _ollama = null!;

    public AgentFleet Agents { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _ollama = await OllamaSimulator.StartAsync();
        Agents = await AgentFleet.StartAsync("--ollama", _ollama.Address.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await Agents.DisposeAsync();
        await _ollama.DisposeAsync();
    }
}
