namespace Sutazai.ModelRouter.Scheduling;

/// <summary>
/// Foresees waits by playing the machine forward, what will still come and be served first included. What is wrong with such forecasts on the
/// whole is learned from the waits that came.
/// </summary>
internal sealed class WaitForecast(SchedulerOptions options, Residency residency, FairShares shares)
{
    private readonly ForecastBias _bias = new();
    private readonly ServiceSpread _spread = new();

    /// <summary>A call's work is done.</summary>
    public void LearnWork(Ticket ticket, double now)
    {
        if (ticket.Service > 0)
        {
            _spread.Learn((now - ticket.Started) / ticket.Service);
        }
    }

    /// <summary>A call's wait is over.</summary>
    public void LearnWait(Ticket ticket, double now)
    {
        // One that goes on at once tells nothing of how long others wait.
        if (ticket.Foreseen > 0 && now - ticket.Arrived >= 1)
        {
            _bias.Learn(ticket.Foreseen, now - ticket.Arrived);
        }
    }

    /// <summary>When the next slot is free and the machine loads nothing.</summary>
    public double FreeAt(double now, IReadOnlyCollection<Ticket> working, int slots) => Math.Max(SlotFreeAt(now, working, slots), residency.LoadEnds(now));

    /// <summary>How many go before a ticket.</summary>
    public int Before(Ticket ticket, ModelLane lane) =>
        residency.Lanes.Where(l => l == lane || residency.IsHot(l)).Sum(l => l.Ahead(Level(ticket), ticket.Demand.Batch).Tickets);

    /// <summary>Seconds that will probably come where so many are foreseen, if the call is served.</summary>
    public double Corrected(double foreseen) => _bias.Corrected(foreseen);

    /// <summary>Seconds foreseen until work on a ticket begins, whether it waits already or would come now.</summary>
    public double Wait(Ticket ticket, ModelLane lane, double now, IReadOnlyCollection<Ticket> working, int slots)
    {
        if (working.Count < slots && residency.IsHot(lane) && residency.Lanes.All(static l => l.Waiting == 0))
        {
            return 0;
        }

        var playout = new Playout(options, residency, _spread, slots, now, SlotFreeAt(now, working, slots) - now);
        var worked = working.FirstOrDefault() is { } first ? residency.Lane(first.Demand.Model) : null;
        var wait = playout.Wait(lane, Level(ticket), ticket.Demand.Batch, ticket.Lane is null ? ticket.Service : 0, worked);

        // Where more comes than can be done a fluid grows without end; the bound on waiting ends it.
        return Math.Min(wait, Math.Max(0, ticket.Due - now) + (FreeAt(now, working, slots) - now) + ticket.Load);
    }

    private double SlotFreeAt(double now, IReadOnlyCollection<Ticket> working, int slots) => working.Count < slots ? now : working.Min(t => Ends(t, now));

    private double Ends(Ticket ticket, double now) =>
        ticket.Service > 0 ? Math.Max(now, ticket.Started + (ticket.Service * _spread.Whole((now - ticket.Started) / ticket.Service))) : now;

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
