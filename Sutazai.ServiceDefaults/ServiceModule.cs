using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Sutazai.Clients;

namespace Sutazai;

/// <summary>One service, as data: what it registers, what it maps and which services it calls.</summary>
/// <param name="Name">Kebab-case; the service's host name and the prefix of its internal routes.</param>
/// <param name="Add">Registers what the service needs.</param>
/// <param name="Map">Maps the internal routes, relative to <c>/{name}</c>.</param>
public sealed record ServiceModule(
    string Name,
    Action<IHostApplicationBuilder> Add,
    Action<IEndpointRouteBuilder> Map)
{
    /// <summary>Services this one calls; a process that hosts only this module must be told where they are.</summary>
    public IReadOnlyList<string> Calls { get; init; } = [];

    /// <summary>What the service serves on the public listener. Only the gateway has any.</summary>
    public PublicSurface? Public { get; init; }

    /// <summary>The agents that the service hosts, as the registry lists them.</summary>
    public IReadOnlyList<AgentCard> Agents { get; init; } = [];

    /// <summary>Health of those agents that are not healthy just now.</summary>
    public Func<IServiceProvider, IReadOnlyDictionary<string, AgentHealth>> Health { get; init; } = _ => s_healthy;

    private static readonly Dictionary<string, AgentHealth> s_healthy = [];
}

/// <param name="Use">Middleware that every public request passes after routing, except health.</param>
public sealed record PublicSurface(Action<IApplicationBuilder> Use, Action<IEndpointRouteBuilder> Map);
