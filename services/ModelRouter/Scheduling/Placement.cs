namespace Sutazai.ModelRouter.Scheduling;

/// <summary>
/// Where calls wait when several machines serve the same ones: each at the machine that should have its answer complete first, by what waits
/// there, the load of its model and the part of its prompt that has to be evaluated.
/// </summary>
internal static class Placement
{
    /// <summary>Takes a demand into the queue of the best machine that has room for it.</summary>
    /// <param name="machines">Those that may serve it; at least one.</param>
    public static Ticket? Arrive(Demand demand, IReadOnlyList<ModelScheduler> machines, out Refusal? refusal)
    {
        refusal = null;
        foreach (var machine in ByEnd(demand, machines))
        {
            if (machine.Arrive(demand, out var refused) is { } ticket)
            {
                refusal = null;
                return ticket;
            }

            refusal ??= refused;
        }

        return null;
    }

    /// <summary>Moves a ticket that has been admitted to the best of some machines, be it the one where it is.</summary>
    /// <param name="machines">Those that may serve it; at least one.</param>
    public static void Move(Ticket ticket, IReadOnlyList<ModelScheduler> machines)
    {
        ticket.Home.Release(ticket);
        ByEnd(ticket.Demand, machines).First().Adopt(ticket);
    }

    /// <summary>A ticket that waits elsewhere although an idle machine would be done with it sooner.</summary>
    /// <param name="serves">Whether the idle machine may serve a model.</param>
    public static Ticket? Better(ModelScheduler idle, IEnumerable<ModelScheduler> others, Func<string, bool> serves) =>
        others.Select(o => o.Soonest).OfType<Ticket>().FirstOrDefault(t => serves(t.Demand.Model) && idle.PredictEnd(t.Demand) < t.Home.PredictEnd(t));

    private static IEnumerable<ModelScheduler> ByEnd(Demand demand, IReadOnlyList<ModelScheduler> machines) =>
        machines.Count == 1 ? machines : machines.OrderBy(m => m.PredictEnd(demand)).ThenBy(m => m.Waiting + m.Working);
}
