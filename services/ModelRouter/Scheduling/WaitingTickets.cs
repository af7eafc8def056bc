namespace Sutazai.ModelRouter.Scheduling;

/// <summary>All tickets that wait for a machine: by model and tenant, by the latest start that keeps the promise, and by the last moment of hope.</summary>
internal sealed class WaitingTickets
{
    private readonly SortedSet<Ticket> _hopes = new(Comparer<Ticket>.Create((a, b) =>
        a.Hopeless.CompareTo(b.Hopeless) is not 0 and var order ? order : a.Number.CompareTo(b.Number)));

    /// <summary>Those of models that are not blocked.</summary>
    public DueTree Due { get; } = new();

    public int Count { get; private set; }

    public void Add(Ticket ticket, ModelLane lane, Share share)
    {
        ticket.State = TicketState.Waiting;
        lane.Add(ticket, share);
        Count++;
        if (!lane.IsBlocked)
        {
            Due.Add(ticket);
        }

        Hope(ticket, ticket.Hopeless);
    }

    public Ticket Remove(Ticket ticket)
    {
        ticket.Lane!.Model.Remove(ticket);
        Due.Remove(ticket);
        _hopes.Remove(ticket);
        Count--;
        return ticket;
    }

    /// <summary>Changes a waiting ticket's last moment of hope.</summary>
    public void Hope(Ticket ticket, double hopeless)
    {
        _hopes.Remove(ticket);
        ticket.Hopeless = hopeless;
        if (!double.IsInfinity(hopeless))
        {
            _hopes.Add(ticket);
        }
    }

    /// <summary>One whose deadline can no longer be met.</summary>
    public Ticket? Hopeless(double now) => _hopes.Min is { } first && first.Hopeless < now ? first : null;

    public void Block(ModelLane lane)
    {
        lane.IsBlocked = true;
        foreach (var ticket in lane.Tickets)
        {
            Due.Remove(ticket);
        }
    }

    public void Unblock(ModelLane lane)
    {
        if (!lane.IsBlocked)
        {
            return;
        }

        lane.IsBlocked = false;
        foreach (var ticket in lane.Tickets)
        {
            Due.Add(ticket);
        }
    }
}
