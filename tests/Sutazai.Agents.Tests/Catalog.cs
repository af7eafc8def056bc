using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Sutazai.Clients;
using Sutazai.Host;

namespace Sutazai.Agents.Tests;

/// <summary>Every agent of every group, as the theories see them.</summary>
internal static class Catalog
{
    private static readonly Dictionary<string, (AgentGroup Group, AgentEntry Entry)> s_agents =
        Modules.AgentGroups.SelectMany(g => g.Agents.Select(a => (g, a))).ToDictionary(x => x.a.Definition.Name);

    public static TheoryData<string> Names => [.. s_agents.Keys];

    public static IEnumerable<AgentEntry> Entries => s_agents.Values.Select(a => a.Entry);

    public static AgentEntry Entry(string agent) => s_agents[agent].Entry;

    public static object Create(string agent)
    {
        var (group, entry) = s_agents[agent];
        var services = new ServiceCollection().AddSingleton(TimeProvider.System).AddLogging();
        group.AddServices?.Invoke(services);
        return ActivatorUtilities.CreateInstance(services.BuildServiceProvider(), entry.Type);
    }

    /// <summary>Binds and runs one tool as the service does; the group's samples stand in for uploaded artifacts.</summary>
    public static async Task<JsonNode?> RunAsync(string agent, string tool, string arguments, CancellationToken cancellationToken)
    {
        var entry = Entry(agent);
        var chosen = entry.Tools.Single(t => t.Name == tool);
        var bound = await chosen.BindAsync(JsonDocument.Parse(arguments).RootElement, new SampleArtifacts(entry.Type.Assembly), cancellationToken);
        var result = await chosen.InvokeAsync(Create(agent), bound, cancellationToken);
        return JsonNode.Parse(JsonSerializer.Serialize(result, SutazaiJson.Options));
    }
}
