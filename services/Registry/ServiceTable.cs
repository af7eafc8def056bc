using Microsoft.Extensions.Options;
using Sutazai.Clients;

namespace Sutazai.Registry;

/// <summary>
/// The live instances of every service, by lease. Held in memory: services renew within seconds, so a registry that starts anew knows all
/// again before a client has noticed.
/// </summary>
internal sealed class ServiceTable(IOptions<RegistryOptions> options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SortedDictionary<string, Instance>> _services = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = New();
    private Snapshot _snapshot = new(0, [], []);

    public Snapshot Current => Volatile.Read(ref _snapshot);

    /// <returns>How long the registration holds.</returns>
    public TimeSpan Register(string service, string instance, Registration registration)
    {
        var (now, lease) = (clock.GetUtcNow(), options.Value.Lease);
        lock (_lock)
        {
            if (!_services.TryGetValue(service, out var instances))
            {
                _services[service] = instances = new(StringComparer.Ordinal);
            }

            var known = instances.GetValueOrDefault(instance);
            instances[instance] = new Instance(instance, registration, now, now + lease);
            Publish(routesChanged: known is null || known.Registration.Address != registration.Address || !known.Registration.Agents.Select(a => a.Id).SequenceEqual(registration.Agents.Select(a => a.Id)));
        }

        return lease;
    }

    public bool Remove(string service, string instance) => Remove(service, instance, _ => true);

    /// <summary>Forgets the instances whose lease has run out.</summary>
    public void Expire()
    {
        var now = clock.GetUtcNow();
        foreach (var (service, instance) in Current.Services.SelectMany(s => s.Instances.Where(i => i.ExpiresAt <= now).Select(i => (s.Name, i.Id))))
        {
            // It may have been renewed since.
            Remove(service, instance, i => i.ExpiresAt <= now);
        }
    }

    /// <summary>The routes once their revision differs from <paramref name="known"/>, or as they are after <paramref name="patience"/> or when cancelled.</summary>
    public async Task<RouteTable> RoutesAsync(long known, TimeSpan patience, CancellationToken cancellationToken)
    {
        Task changed;
        lock (_lock)
        {
            changed = _changed.Task;
        }

        if (Current.Revision == known)
        {
            await Task.WhenAny(changed, Task.Delay(patience, clock, cancellationToken));
        }

        return Current.Routes();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool Remove(string service, string instance, Predicate<Instance> condition)
    {
        lock (_lock)
        {
            if (!_services.TryGetValue(service, out var instances) || !instances.TryGetValue(instance, out var known) || !condition(known))
            {
                return false;
            }

            instances.Remove(instance);
            if (instances.Count == 0)
            {
                _services.Remove(service);
            }

            Publish(routesChanged: true);
            return true;
        }
    }

    private void Publish(bool routesChanged)
    {
        var services = _services.Select(s => new ServiceState(s.Key, [.. s.Value.Values])).ToList();
        Volatile.Write(ref _snapshot, new Snapshot(_snapshot.Revision + (routesChanged ? 1 : 0), services, [.. services.SelectMany(s => s.Agents()).OrderBy(a => a.Id, StringComparer.Ordinal)]));
        if (routesChanged)
        {
            _changed.SetResult();
            _changed = New();
        }
    }

    internal sealed record Instance(string Id, Registration Registration, DateTimeOffset RenewedAt, DateTimeOffset ExpiresAt);

    internal sealed record ServiceState(string Name, IReadOnlyList<Instance> Instances)
    {
        /// <summary>The newest instance speaks for the service; an agent is healthy where any instance says so.</summary>
        public IEnumerable<AgentCard> Agents() => Instances.MaxBy(i => i.RenewedAt)!.Registration.Agents.Select(agent => agent with
        {
            Health = Instances.Any(i => !i.Registration.Health.ContainsKey(agent.Id)) ? AgentHealth.Healthy : AgentHealth.Unhealthy,
        });
    }

    internal sealed record Snapshot(long Revision, IReadOnlyList<ServiceState> Services, IReadOnlyList<AgentCard> Agents)
    {
        public RouteTable Routes() => new(Revision,
        [
            .. Services.Select(s => new ServiceRoute(
                s.Name,
                [.. s.Instances.Select(i => i.Registration.Address)],
                [.. s.Instances.SelectMany(i => i.Registration.Agents).Select(a => a.Id).Distinct().Order(StringComparer.Ordinal)]))
        ]);
    }
}

/// <summary>Looks for run-out leases every second.</summary>
internal sealed class ServiceExpiry(ServiceTable table, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            table.Expire();
        }
    }
}
