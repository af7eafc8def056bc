using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

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

    /// <summary>Maps what the service serves on the public listener. Only the gateway has any.</summary>
    public Action<IEndpointRouteBuilder>? MapPublic { get; init; }
}
