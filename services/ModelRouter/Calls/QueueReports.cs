using Sutazai.Clients;

namespace Sutazai.ModelRouter.Calls;

/// <summary>Writes down where the calls stand.</summary>
internal static class QueueReports
{
    public static QueueReport Of(IReadOnlyList<Replica> replicas) => new([.. replicas.Select(Server)], [.. Tenants(replicas)]);

    private static QueuedServer Server(Replica replica)
    {
        var scheduler = replica.Scheduler;
        var lanes = scheduler.Lanes.Where(l => l.IsLoaded || l.Waiting > 0 || l.Working > 0 || scheduler.IsLoading(l.Model));
        return new QueuedServer(
            replica.Backend.Address?.ToString(),
            scheduler.IsPaused ? "lost" : "up",
            scheduler.Working,
            scheduler.Waiting,
            [.. lanes.OrderBy(l => l.Model, StringComparer.Ordinal).Select(l => Model(replica, l))]);
    }

    private static QueuedModel Model(Replica replica, Scheduling.ModelLane lane) => new(
        lane.Model,
        lane.IsBlocked ? "blocked" : replica.Scheduler.IsLoading(lane.Model) ? "loading" : lane.IsLoaded || !replica.Backend.LoadsModels ? "loaded" : "unloaded",
        replica.Backend.LoadsModels ? replica.Contexts.Of(lane.Model) : null,
        lane.Working,
        lane.Interactive,
        lane.Waiting - lane.Interactive,
        Math.Round(lane.Work, 1),
        lane.Waiting == 0 ? null : Math.Round(replica.Scheduler.Now - lane.Tickets.Min(t => t.Arrived), 1));

    private static IEnumerable<QueuedTenant> Tenants(IReadOnlyList<Replica> replicas) =>
        replicas is [var any, ..] ? any.Scheduler.ActiveShares.Select(s => new QueuedTenant(s.Tenant, s.Active, Math.Round(s.WaitingWork, 1), Math.Round(s.Used - s.Came.Used))) : [];
}
