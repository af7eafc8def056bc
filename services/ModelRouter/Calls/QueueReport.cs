namespace Sutazai.ModelRouter.Calls;

/// <summary>What is under way and what waits. Seconds and tokens as the scheduler estimates or has counted them.</summary>
internal sealed record QueueReport(IReadOnlyList<QueueReport.Server> Servers, IReadOnlyList<QueueReport.Tenant> Tenants)
{
    public static QueueReport Of(IReadOnlyList<Replica> replicas) => new(
        [.. replicas.Select(r => new Server(
            r.Backend.Address?.ToString(),
            r.Scheduler.IsPaused ? "lost" : "up",
            r.Scheduler.Working,
            r.Scheduler.Waiting,
            [.. r.Scheduler.Lanes.Where(l => l.IsLoaded || l.Waiting > 0 || r.Scheduler.IsLoading(l.Model)).OrderBy(l => l.Model, StringComparer.Ordinal).Select(l => new Model(
                l.Model,
                l.IsLoaded ? "loaded" : r.Scheduler.IsLoading(l.Model) ? "loading" : l.IsBlocked ? "blocked" : "unloaded",
                r.Backend.LoadsModels ? r.Contexts.Of(l.Model) : null,
                l.Working,
                l.Interactive,
                l.Waiting - l.Interactive,
                Math.Round(l.Work, 1),
                l.Waiting == 0 ? null : Math.Round(r.Scheduler.Now - l.Tickets.Min(t => t.Arrived), 1)))]))],
        replicas is [var first, ..]
            ? [.. first.Scheduler.ActiveShares.Select(s => new Tenant(s.Tenant, s.Active, Math.Round(s.WaitingWork, 1), Math.Round(s.Used - s.Came.Used)))]
            : []);

    /// <param name="State"><c>up</c> or <c>lost</c>.</param>
    internal sealed record Server(string? Address, string State, int Working, int Waiting, IReadOnlyList<Model> Models);

    /// <param name="State"><c>loaded</c>, <c>loading</c>, <c>unloaded</c> or <c>blocked</c>.</param>
    internal sealed record Model(
        string Name, string State, int? ContextTokens, int Working, int WaitingInteractive, int WaitingBatch, double WorkSeconds, double? OldestWaitSeconds);

    /// <param name="Tokens">Had since it came: prompts once, answers twice.</param>
    internal sealed record Tenant(string Name, int Calls, double WorkSeconds, double Tokens);
}
