namespace Sutazai.ModelRouter.Scheduling;

/// <summary>
/// Foresees waits as if nobody came any more: tenants take their turns by what they have had, models by the pressure for them. What is wrong
/// with such forecasts on the whole is learned from the waits that came.
/// </summary>
internal sealed class WaitForecast(SchedulerOptions options, Estimates estimates, Residency residency, FairShares shares)
{
    /// <summary>Kinds of forecasts, each right as often as the others of its kind.</summary>
    private const int Kinds = 4;

    /// <summary>Part by which a kind's correction follows the median of what came.</summary>
    private const double Step = 0.02;

    /// <summary>Part of the time by which work is overdue that it is expected to take still.</summary>
    private const double Overdue = 0.3;

    private readonly double[] _corrections = [.. Enumerable.Repeat(1.0, Kinds)];

    public int Kind(Ticket ticket, ModelLane lane) => (ticket.Demand.Batch ? 2 : 0) + (residency.IsHot(lane) ? 1 : 0);

    /// <summary>What a wait of a kind is to be multiplied with: the median of what came, as a part of what was foreseen.</summary>
    public double Correction(int kind) => _corrections[kind];

    public void Learn(int kind, double foreseen, double came)
    {
        if (foreseen >= 1 && came >= 1)
        {
            _corrections[kind] = Math.Clamp(_corrections[kind] * (came > foreseen * _corrections[kind] ? 1 + Step : 1 - Step), 0.2, 5);
        }
    }

    /// <summary>When the next slot is free.</summary>
    public double FreeAt(double now, IReadOnlyCollection<Ticket> working, int slots) =>
        Math.Max(working.Count < slots ? now : working.Min(t => Ends(t, now)), residency.LoadEnds(now));

    /// <summary>How many go before a ticket.</summary>
    public int Before(Ticket ticket, ModelLane lane) =>
        residency.Lanes.Where(l => l == lane || residency.IsHot(l)).Sum(l => l.Ahead(Level(ticket), ticket.Demand.Batch).Tickets);

    /// <summary>Seconds until work on a ticket begins, whether it waits already or would come now.</summary>
    /// <param name="free">When the next slot is free.</param>
    public double Wait(Ticket ticket, ModelLane lane, double now, double free)
    {
        var (level, batch) = (Level(ticket), ticket.Demand.Batch);
        var ahead = Math.Max(0, free - now) + lane.Ahead(level, batch).Work;
        if (residency.IsHot(lane) || residency.IsLoading(lane))
        {
            // All that is in memory takes its turns by the same count.
            return ahead + residency.Lanes.Where(l => l != lane && residency.IsHot(l)).Sum(l => l.Ahead(level, batch).Work);
        }

        // First the turn of what is in memory ends, then come those models whose calls weigh more, then this one.
        var own = residency.Pressure(lane, now);
        var before = residency.Lanes.Where(l => l != lane && l is { IsLoaded: false, IsBlocked: false, Waiting: > 0 } && residency.Pressure(l, now) > own)
            .Sum(l => estimates.Load(l.Model) + Math.Min(l.Work, 2 * options.Stay * ticket.Load));
        return ahead + ticket.Load + before + (residency.Loaded.Count() < options.MaxLoaded ? 0 : TurnEnds(lane, now));
    }

    // Work that takes longer than it should will probably go on for a while.
    private static double Ends(Ticket ticket, double now) => ticket.Started + ticket.Service is var end && end >= now ? end : now + (Overdue * (now - end));

    // Seconds until the pressure for a model passes that of one in memory, both as they grow with time.
    private double TurnEnds(ModelLane wanted, double now)
    {
        var least = double.PositiveInfinity;
        var (count, rate) = (wanted.Waiting + 1, (wanted.Waiting + 1) / Math.Max(0.001, estimates.Load(wanted.Model) + wanted.Work));
        var age = wanted.Age(now, options.BatchWeight) / count;
        foreach (var lane in residency.Loaded)
        {
            var stay = Math.Max(0, (options.Stay * estimates.Load(wanted.Model)) - (now - lane.LoadedAt));
            var other = lane.Work > 0 ? lane.Waiting / lane.Work : 0;
            var passes = lane.Work == 0 ? 0
                : rate > other ? ((other * lane.Age(now, options.BatchWeight) / lane.Waiting) - (rate * age)) / (rate - other)
                : lane.Work;
            least = Math.Min(least, Math.Min(lane.Work, Math.Max(stay, passes)));
        }

        return double.IsInfinity(least) ? 0 : least;
    }

    // What its tenant will have had when a ticket's turn comes: a new one's comes after all that the tenant has waiting.
    private double Level(Ticket ticket)
    {
        var (tenant, batch) = (ticket.Demand.Tenant, ticket.Demand.Batch);
        var used = shares.Used(tenant);
        if (ticket.Lane is not { } lane)
        {
            return used + (shares.Find(tenant) is { } share ? residency.Lane(ticket.Demand.Model).TokensOf(share, batch) : 0) + 1;
        }

        foreach (var before in lane.Tickets)
        {
            if (before == ticket)
            {
                break;
            }

            used += before.Tokens;
        }

        return used + 1;
    }
}
