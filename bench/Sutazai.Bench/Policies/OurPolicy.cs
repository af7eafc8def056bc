using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.Bench.Policies;

/// <summary>The router's scheduler, the class that production runs, with single flight before it. It learns speeds and lengths as it goes.</summary>
/// <param name="unhurried">The number of a job that is scheduled as if its client never left, so that no deadline has it refused.</param>
internal sealed class OurPolicy(SchedulerOptions options, VirtualTime time, bool singleFlight = true, int? unhurried = null) : Policy
{
    private readonly ModelScheduler _scheduler = new(options with { Bytes = model => SimModel.Six.FirstOrDefault(m => m.Name == model)?.Bytes ?? 0 }, time);
    private readonly Dictionary<Job, Ticket> _tickets = [];
    private readonly Dictionary<int, Job> _flying = [];
    private readonly Dictionary<Job, List<Job>> _joined = [];

    public override void Arrive(Job job)
    {
        if (singleFlight && _flying.TryGetValue(job.Content, out var leader))
        {
            _joined[leader].Add(job);
            return;
        }

        var demand = new Demand(job.Model.Name, job.Agent, job.Prompt)
        {
            Batch = job.Batch,
            Deadline = double.IsInfinity(job.Patience) || job.Number == unhurried ? null : DateTimeOffset.UnixEpoch.AddSeconds(job.Deadline),
        };
        if (_scheduler.Arrive(demand, out _) is not { } ticket)
        {
            (job.Refused, job.RefusedAt) = (true, time.Seconds);
            return;
        }

        ticket.Tag = job;
        job.Predicted = _scheduler.Predict(ticket).Wait.TotalSeconds;
        _tickets[job] = ticket;
        _flying[job.Content] = job;
        _joined[job] = [];
    }

    public override bool Leave(Job job)
    {
        if (!_tickets.TryGetValue(job, out var ticket))
        {
            _joined.Values.FirstOrDefault(l => l.Contains(job))?.Remove(job);
            return true;
        }

        if (_joined[job].Any(j => !j.Left))
        {
            return false;
        }

        _scheduler.Cancel(ticket);
        _scheduler.Finished(ticket, default);
        Forget(job);
        return true;
    }

    public override void Done(Job job)
    {
        _scheduler.Finished(_tickets[job], new WorkDone(job.Prompt, job.Output, job.Prompt / job.Model.Prefill, job.Output / job.Model.Generation));
        foreach (var other in _joined[job].Where(j => !j.Left))
        {
            other.Finished = job.Finished;
            other.Started = job.Started;
        }

        Forget(job);
    }

    public override void Loaded(string key) => _scheduler.Loaded(key);

    public override double? Wakes => time.Seconds + _scheduler.WakeIn()?.TotalSeconds;

    public override void Act(Machine machine)
    {
        while (_scheduler.Decide() is { Count: > 0 } actions)
        {
            foreach (var action in actions)
            {
                switch (action)
                {
                    case StartWork start:
                        machine.Start((Job)start.Ticket.Tag!);
                        break;
                    case SwapModels swap:
                        machine.Load(SimModel.Six.First(m => m.Name == swap.Model), swap.Victims);
                        break;
                    case UnloadModel:
                        break;
                    case GiveUp hopeless:
                        Refuse((Job)hopeless.Ticket.Tag!);
                        break;
                }
            }
        }
    }

    private void Refuse(Job job)
    {
        foreach (var each in _joined[job].Append(job))
        {
            (each.Refused, each.RefusedAt) = (true, time.Seconds);
        }

        Forget(job);
    }

    private void Forget(Job job)
    {
        _tickets.Remove(job);
        _joined.Remove(job);
        _flying.Remove(job.Content);
    }
}

/// <summary>The scheduler with a number of calls waiting that stays the same: one comes whenever one ends.</summary>
internal sealed class SteadyQueue
{
    private const int Models = 12;
    private const int Tenants = 400;

    private static readonly string[] s_models = [.. Enumerable.Range(0, Models).Select(n => $"model-{n}")];
    private static readonly string[] s_tenants = [.. Enumerable.Range(0, Tenants).Select(n => $"agent-{n}")];

    private readonly VirtualTime _time = new();
    private readonly Random _random = new(1);
    private readonly ModelScheduler _scheduler;
    private Ticket? _working;

    public SteadyQueue(int waiting)
    {
        // So long that nobody is refused, whose call would not be there to be ordered.
        var bound = TimeSpan.FromDays(3650);
        _scheduler = new ModelScheduler(new SchedulerOptions { MaxWaiting = int.MaxValue, MaxWait = bound, MaxBatchWait = bound }, _time);
        for (var call = 0; call <= waiting; call++)
        {
            Arrive();
        }

        Decide();
    }

    public int Waiting => _scheduler.Waiting;

    /// <summary>One call arrives and one ends, each followed by a decision.</summary>
    public void Step()
    {
        Arrive();
        Decide();
        _time.Seconds += 5;
        var ended = _working!;
        _working = null;
        _scheduler.Finished(ended, new WorkDone(ended.Demand.PromptTokens, 110, 2, 3));
        Decide();
    }

    private void Arrive()
    {
        var demand = new Demand(s_models[_random.Next(Models)], s_tenants[_random.Next(Tenants)], 50 + _random.Next(1000))
        {
            Batch = _random.Next(5) < 2,
            Deadline = _random.Next(2) == 0 ? _time.GetUtcNow().AddDays(3650) : null,
        };
        if (_scheduler.Arrive(demand, out var refusal) is null)
        {
            throw new InvalidOperationException($"A call was refused: {refusal!.Reason}.");
        }
    }

    private void Decide()
    {
        while (_scheduler.Decide() is { Count: > 0 } actions)
        {
            foreach (var action in actions)
            {
                switch (action)
                {
                    case StartWork start:
                        _working = start.Ticket;
                        break;
                    case SwapModels swap:
                        _scheduler.Loaded(swap.Model);
                        break;
                }
            }
        }
    }
}
