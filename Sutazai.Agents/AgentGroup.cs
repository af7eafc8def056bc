using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Sutazai.Clients;

namespace Sutazai.Agents;

/// <summary>An agent's type, its definition and its tools, listed once in its group.</summary>
public sealed record AgentEntry(Type Type, AgentDefinition Definition, IReadOnlyList<AgentTool> Tools)
{
    public static AgentEntry Of<TAgent>()
        where TAgent : class, IAgent => new(typeof(TAgent), TAgent.Definition, AgentTool.Of(typeof(TAgent)));
}

/// <summary>A service made of agents.</summary>
/// <param name="Name">Kebab-case; the service's name.</param>
/// <param name="Purpose">One sentence.</param>
public sealed record AgentGroup(string Name, string Purpose)
{
    public required IReadOnlyList<AgentEntry> Agents { get; init; }

    /// <summary>Registers what the group's agents take in their constructors.</summary>
    public Action<IServiceCollection>? AddServices { get; init; }

    public ServiceModule Module => new(Name, Add, Map)
    {
        Calls = ["model-router", "artifacts"],
        Agents = [.. Agents.Select(a => AgentCards.Of(this, a))],
        Health = services => Running(services)
            .Where(agent => !agent.Healthy)
            .ToDictionary(agent => agent.Definition.Name, _ => AgentHealth.Unhealthy),
    };

    private void Add(IHostApplicationBuilder builder)
    {
        builder.AddArtifactsClient();
        builder.AddAgentRuntime();
        AddServices?.Invoke(builder.Services);
        foreach (var entry in Agents)
        {
            builder.Services.TryAddSingleton(entry.Type);
            builder.Services.AddKeyedSingleton(
                entry.Definition.Name, (provider, _) => ActivatorUtilities.CreateInstance<RunningAgent>(provider, entry, provider.GetRequiredService(entry.Type)));
        }
    }

    private void Map(IEndpointRouteBuilder routes) => AgentApi.Map(routes, this);

    private IEnumerable<RunningAgent> Running(IServiceProvider services) =>
        Agents.Select(a => services.GetRequiredKeyedService<RunningAgent>(a.Definition.Name));
}
