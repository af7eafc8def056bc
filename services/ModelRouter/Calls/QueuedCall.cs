using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Calls;

/// <summary>A call that waits for its turn.</summary>
/// <param name="Context">Tokens of context that it asks for.</param>
internal sealed record QueuedCall(Servers Servers, CallProgress Progress, int? Context)
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its ticket is in a queue. Under the servers' lock.</summary>
    public void Begin(Ticket ticket)
    {
        ticket.Tag = this;
        Progress.Follow(() => Standing(ticket), urgency => Urge(ticket, urgency));
        Servers.Settle(ticket);
        Servers.Decide(Servers.Home(ticket));
    }

    public async ValueTask<Lease> WaitAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        // Where it need not wait it has begun by now.
        await using var leaving = _begun.Task.IsCompleted ? default : cancellationToken.UnsafeRegister((_, token) => Leave(ticket, token), null);
        await _begun.Task;
        return new Lease(Servers, ticket, Progress);
    }

    /// <summary>Its turn has come.</summary>
    public void Start(Ticket ticket)
    {
        Progress.Begin($"wait={ticket.Started - ticket.Arrived:0.###}s, swap={(ticket.Swapped ? "yes" : "no")}");
        _begun.TrySetResult();
    }

    /// <summary>It will not come.</summary>
    public void Fail(ModelException why) => _begun.TrySetException(why);

    private void Leave(Ticket ticket, CancellationToken cancellationToken)
    {
        lock (Servers.Lock)
        {
            if (ticket.State != TicketState.Waiting)
            {
                return;
            }

            ticket.Home.Cancel(ticket);
            Servers.Decide(Servers.Home(ticket));
        }

        _begun.TrySetCanceled(cancellationToken);
    }

    private void Urge(Ticket ticket, Urgency urgency)
    {
        lock (Servers.Lock)
        {
            if (ticket.State == TicketState.Waiting)
            {
                ticket.Home.Urge(ticket, urgency.Interactive, urgency.Deadline);
                Servers.Decide(Servers.Home(ticket));
            }
        }
    }

    private CallProgress.Standing Standing(Ticket ticket)
    {
        lock (Servers.Lock)
        {
            if (ticket.State != TicketState.Waiting)
            {
                return new(CallState.Working, null, null);
            }

            var (wait, position) = ticket.Home.Predict(ticket);
            return new(ticket.Home.IsLoading(ticket.Demand.Model) ? CallState.Loading : CallState.Queued, position, wait);
        }
    }
}
