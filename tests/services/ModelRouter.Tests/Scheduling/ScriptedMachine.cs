using Microsoft.Extensions.Time.Testing;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.ModelRouter.Tests.Scheduling;

/// <summary>
/// Carries out what the scheduler decides on a clock of its own and checks each decision as it comes: only loaded models work, never more
/// than the slots, never more models than fit.
/// </summary>
internal sealed class ScriptedMachine
{
    private readonly FakeTimeProvider _time = new();
    private readonly SchedulerOptions _options;
    private readonly bool _exact;
    private readonly PriorityQueue<Action, (double At, int Order)> _events = new();
    private readonly HashSet<string> _loaded = [];
    private readonly HashSet<Ticket> _started = [];
    private readonly long _origin;
    private int _order;

    /// <param name="exact">Whether work and loads take exactly as long as was estimated, or anything.</param>
    public ScriptedMachine(SchedulerOptions options, bool exact)
    {
        (_options, _exact) = (options, exact);
        _origin = _time.GetTimestamp();
        Scheduler = new ModelScheduler(options, _time);
    }

    public ModelScheduler Scheduler { get; }

    public List<Ticket> Done { get; } = [];

    public int Refused { get; private set; }

    public int GivenUp { get; private set; }

    public int Left { get; private set; }

    private double Now => _time.GetElapsedTime(_origin).TotalSeconds;

    public void Run(IReadOnlyList<Call> calls, bool leaving, double until = double.PositiveInfinity)
    {
        var at = 0.0;
        foreach (var call in calls)
        {
            at += call.Gap;
            At(at, () => Arrive(call, leaving && call.Leaves < 0.25));
        }

        while (_events.TryDequeue(out var happens, out var when) && when.At <= until)
        {
            if (when.At > Now)
            {
                _time.Advance(TimeSpan.FromSeconds(when.At - Now));
            }

            happens();
            Act();
        }
    }

    private void Arrive(Call call, bool leaves)
    {
        var demand = new Demand(call.Model, call.Tenant, call.Prompt) { Batch = call.Batch, MaxTokens = call.Most };
        if (Scheduler.Arrive(demand, out var refusal) is not { } ticket)
        {
            Assert.True(refusal!.Wait > TimeSpan.Zero);
            Refused++;
            return;
        }

        Assert.Null(refusal);
        Assert.InRange(Scheduler.Predict(ticket).Wait.TotalSeconds, 0, 1e7);
        if (leaves)
        {
            At(Now + (call.Leaves * 400), () => Leave(ticket));
        }
    }

    private void Leave(Ticket ticket)
    {
        var waited = ticket.State == TicketState.Waiting;
        Scheduler.Cancel(ticket);
        Scheduler.Cancel(ticket);
        Left += waited ? 1 : 0;
        if (waited)
        {
            Assert.Equal(TicketState.Ended, ticket.State);
        }
    }

    private void Act()
    {
        while (Scheduler.Decide() is { Count: > 0 } actions)
        {
            foreach (var action in actions)
            {
                Carry(action);
            }
        }
    }

    private void Carry(SchedulerAction action)
    {
        switch (action)
        {
            case StartWork { Ticket: var ticket }:
                Assert.True(_started.Add(ticket), "A ticket was started twice.");
                Assert.Contains(ticket.Demand.Model, _loaded);
                Assert.InRange(Scheduler.Working, 1, _options.Concurrency);
                At(Now + (_exact ? ticket.Service : ticket.Number % 7 * 9), () => Finish(ticket));
                break;
            case SwapModels swap:
                Assert.All(swap.Victims, v => Assert.True(_loaded.Remove(v)));
                Assert.DoesNotContain(_started, t => t.State == TicketState.Working && swap.Victims.Contains(t.Demand.Model));
                Assert.InRange(_loaded.Count, 0, _options.MaxLoaded - 1);
                var seconds = _exact ? Scheduler.Estimates.Load(swap.Model) : _order % 5 * 8;
                At(Now + seconds, () =>
                {
                    _loaded.Add(swap.Model);
                    Scheduler.Loaded(swap.Model);
                });
                break;
            case GiveUp:
                GivenUp++;
                break;
        }
    }

    private void Finish(Ticket ticket)
    {
        // Without measurements the estimates stay what they are.
        Scheduler.Finished(ticket, _exact ? default : new WorkDone(ticket.Demand.PromptTokens, Math.Min(100, ticket.Demand.MaxTokens ?? 100), 0, 0));
        Done.Add(ticket);
    }

    private void At(double when, Action action) => _events.Enqueue(action, (when, _order++));
}
