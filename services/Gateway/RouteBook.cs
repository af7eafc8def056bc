using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sutazai.Clients;

namespace Sutazai.Gateway;

/// <summary>Which address serves which service and agent, as the registry last said.</summary>
internal sealed class RouteBook(LocalServices local, TimeProvider clock) : IHealthCheck
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Uri, DateTimeOffset> _unreachable = new();
    private Routes? _routes;
    private uint _turn;

    /// <summary>Every agent's id, in order.</summary>
    public IReadOnlyList<string> Agents => _routes?.Agents.Keys.Order(StringComparer.Ordinal).ToList() ?? [];

    public void Update(RouteTable table)
    {
        var services = table.Services.ToFrozenDictionary(s => s.Name, s => s.Addresses.Select(a => a.ToString().TrimEnd('/')).ToArray());
        var agents = table.Services.SelectMany(s => s.Agents.Select(a => (a, s.Name))).DistinctBy(a => a.a).ToFrozenDictionary(a => a.a, a => a.Name);
        Volatile.Write(ref _routes, new Routes(services, agents));
    }

    /// <returns>The service that hosts the agent, or null.</returns>
    public string? ServiceOf(string agent) => _routes?.Agents.GetValueOrDefault(agent);

    /// <returns>The address of one instance, in turn, leaving out those that just could not be reached; null where there is none.</returns>
    public string? AddressOf(string service)
    {
        if (_routes?.Services.GetValueOrDefault(service) is not { Length: > 0 } addresses)
        {
            return null;
        }

        var turn = Interlocked.Increment(ref _turn);
        for (uint i = 0; i < addresses.Length && !_unreachable.IsEmpty; i++)
        {
            var address = addresses[(turn + i) % addresses.Length];
            if (!_unreachable.TryGetValue(new Uri(address), out var since) || clock.GetUtcNow() - since > s_rest)
            {
                return address;
            }
        }

        return addresses[turn % addresses.Length];
    }

    public void Unreachable(string address) => _unreachable[new Uri(address)] = clock.GetUtcNow();

    /// <summary>Ready once the registry has named every service of this process, so that no call for an agent that is here is told that there is none.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var missing = local.Modules.FirstOrDefault(m => _routes?.Services.ContainsKey(m.Name) != true);
        return Task.FromResult(missing is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"The registry has not named the service '{missing.Name}' yet."));
    }

    private sealed record Routes(FrozenDictionary<string, string[]> Services, FrozenDictionary<string, string> Agents);
}

/// <summary>Asks the registry for routes, again and again; an answer comes as soon as something changes.</summary>
internal sealed partial class RouteRefresh(
    RegistryClient registry, RouteBook book, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<RouteRefresh> logger) : StartedService(lifetime)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(500);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        var (known, failing) = (-1L, false);
        while (true)
        {
            try
            {
                var table = await registry.RoutesAsync(known, stopping);
                known = table.Revision;
                book.Update(table);
                failing = false;
            }
            catch (Exception e) when (e is HttpRequestException or JsonException)
            {
                if (!failing)
                {
                    Log.NoRoutes(logger, e.Message);
                }

                // A registry that starts anew counts its revisions anew.
                (failing, known) = (true, -1);
                await Task.Delay(s_retry, clock, stopping);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The registry does not answer; the routes stay as they are: {Reason}")]
        public static partial void NoRoutes(ILogger logger, string reason);
    }
}
