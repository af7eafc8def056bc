using Microsoft.Extensions.DependencyInjection;

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

    public ServiceModule Module => new(Name, _ => { }, _ => { });
}
