namespace Sutazai.Bench.Policies;

/// <summary>Who decides what the simulated machine does.</summary>
internal abstract class Policy
{
    public abstract void Arrive(Job job);

    /// <summary>Its client has gone; false where the policy lets the work go on.</summary>
    public abstract bool Leave(Job job);

    public abstract void Done(Job job);

    public abstract void Loaded(string key);

    public abstract void Act(Machine machine);

    /// <summary>When it wants to act although nothing happens.</summary>
    public virtual double? Wakes => null;
}

/// <summary>
/// One CPU: all running requests share it evenly, one model is loaded at a time, and loading takes none of it. Requests arrive, finish and
/// leave; after each event the policy acts.
/// </summary>
internal sealed class Machine(int maxLoaded, bool fromDisk, VirtualTime time)
{
    private readonly List<Job> _running = [];
    private double _loadedAt;
    private Policy _policy = null!;

    public int MaxLoaded => maxLoaded;

    public HashSet<string> Models { get; } = [];

    public string? Loading { get; private set; }

    public int Swaps { get; private set; }

    /// <summary>Work for clients who had gone, and all work. Seconds.</summary>
    public (double Wasted, double All) Worked { get; private set; }

    public IReadOnlyList<Job> Running => _running;

    public void Start(Job job)
    {
        job.Started = time.Seconds;
        job.Remaining = job.Service;
        _running.Add(job);
    }

    public void Load(SimModel model, IEnumerable<string> victims)
    {
        Models.ExceptWith(victims);
        if (Loading is not null || Models.Count >= maxLoaded)
        {
            throw new InvalidOperationException("The policy loads more than the machine holds.");
        }

        Loading = model.Name;
        _loadedAt = time.Seconds + (fromDisk ? model.LoadFromDisk : model.LoadFromCache);
        Swaps++;
    }

    /// <summary>Runs until every job has ended, or to a time.</summary>
    public void Run(IReadOnlyList<Job> jobs, Policy policy, double until = double.PositiveInfinity)
    {
        _policy = policy;
        var arrivals = new Queue<Job>(jobs.OrderBy(j => j.Arrival).ThenBy(j => j.Number));
        PriorityQueue<Job, double> leaving = new();
        while (time.Seconds < until)
        {
            var end = _running.Count == 0 ? double.PositiveInfinity : time.Seconds + (_running.Min(j => j.Remaining) * _running.Count);
            var load = Loading is null ? double.PositiveInfinity : _loadedAt;
            var arrive = arrivals.TryPeek(out var next) ? next.Arrival : double.PositiveInfinity;
            var leave = leaving.TryPeek(out _, out var at) ? at : double.PositiveInfinity;
            var now = Math.Min(Math.Min(end, load), Math.Min(arrive, leave));
            if (double.IsInfinity(now))
            {
                return;
            }

            if (policy.Wakes is { } wakes && wakes < now)
            {
                Pass(wakes - time.Seconds);
                time.Seconds = wakes;
                policy.Act(this);
                continue;
            }

            Pass(now - time.Seconds);
            time.Seconds = now;
            if (now == arrive)
            {
                arrivals.Dequeue();
                if (!double.IsInfinity(next!.Patience))
                {
                    leaving.Enqueue(next, next.Deadline);
                }

                policy.Arrive(next);
            }
            else if (now == end)
            {
                var done = _running.MinBy(j => j.Remaining)!;
                _running.Remove(done);
                done.Finished = now;
                policy.Done(done);
            }
            else if (now == load)
            {
                var loaded = Loading!;
                Models.Add(loaded);
                Loading = null;
                policy.Loaded(loaded);
            }
            else
            {
                Leave(leaving.Dequeue());
            }

            policy.Act(this);
        }
    }

    private void Leave(Job job)
    {
        if (job.Finished is not null || job.Refused)
        {
            return;
        }

        job.Left = true;
        if (_policy.Leave(job))
        {
            _running.Remove(job);
        }
    }

    private void Pass(double seconds)
    {
        foreach (var job in _running)
        {
            var share = seconds / _running.Count;
            job.Remaining -= share;
            Worked = (Worked.Wasted + (job.Left ? share : 0), Worked.All + share);
        }
    }
}
