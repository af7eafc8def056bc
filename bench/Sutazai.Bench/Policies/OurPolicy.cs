using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.Bench.Policies;

/// <summary>The router's scheduler, the class that production runs, with single flight before it. It learns speeds and lengths as it goes.</summary>
internal sealed class OurPolicy(SchedulerOptions options, VirtualTime time, bool singleFlight = true) : Policy
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
            Deadline = double.IsInfinity(job.Patience) ? null : DateTimeOffset.UnixEpoch.AddSeconds(job.Deadline),
        };
        if (_scheduler.Arrive(demand, out _) is not { } ticket)
        {
            job.Refused = true;
            return;
        }

        ticket.Tag = job;
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
        job.Refused = true;
        foreach (var other in _joined[job])
        {
            other.Refused = true;
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
