namespace Sutazai.ModelRouter.Scheduling;

/// <summary>
/// Decides which waiting call a slow backend works on next and which models it keeps in memory. It has no threads, timers or I/O of its
/// own: whoever drives it tells it what happened and carries out what <see cref="Decide"/> returns, under one lock, so that a service and
/// a simulation with a virtual clock run the same code. Every event costs O(log n) of the waiting calls.
/// </summary>
/// <remarks>
/// In this order: a call that would otherwise wait beyond its bound; interactive before batch; the tenant that has had the fewest tokens,
/// or the one served last while it is not far ahead; a loaded model before one that must be loaded, until that one's turn has come.
/// Drive it under a lock: it is not safe for use from several threads at once.
/// </remarks>
internal sealed class ModelScheduler
{
    private readonly SchedulerOptions _options;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Dictionary<string, ModelLane> _lanes = new(StringComparer.OrdinalIgnoreCase);
    private readonly DueTree _due = new();
    private readonly SortedSet<Ticket> _hopes = new(Comparer<Ticket>.Create((a, b) =>
        a.Hopeless.CompareTo(b.Hopeless) is not 0 and var order ? order : a.Number.CompareTo(b.Number)));

    private readonly HashSet<Ticket> _working = [];
    private readonly FairShares _shares = new();
    private string? _loading;
    private double _loadingSince;
    private long _tickets;

    public ModelScheduler(SchedulerOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        Estimates = new Estimates(options.Sizes);
        _origin = time.GetTimestamp();
    }

    public Estimates Estimates { get; }

    public int Waiting { get; private set; }

    public int Working => _working.Count;

    public IEnumerable<Share> ActiveShares => _shares.Active;

    private double Now => _time.GetElapsedTime(_origin).TotalSeconds;

    /// <summary>Takes a demand into the queue, or says at once that it would wait for nothing.</summary>
    public Ticket? Arrive(Demand demand, out Refusal? refusal)
    {
        var now = Now;
        var lane = Lane(demand.Model);
        var ticket = new Ticket(demand, _tickets++, now)
        {
            Load = Estimates.Load(lane.Model),
            Service = Estimates.Service(lane.Model, demand.PromptTokens, Estimates.Answer(demand)),
            Due = now + (demand.Batch ? _options.MaxBatchWait : _options.MaxWait).TotalSeconds,
        };
        // Nobody is turned away on a guess.
        if (demand.Deadline is { } deadline && Estimates.HasMeasured(lane.Model))
        {
            ticket.Hopeless = now + (deadline - _time.GetUtcNow()).TotalSeconds - (ticket.Service * _options.HopeFactor);
        }

        var wait = PredictWait(ticket, lane);

        // The more a tenant has waiting already, the more room it must leave for others: dynamic thresholds, as switches share a buffer
        // (https://doi.org/10.1109/90.664262).
        _due.Add(ticket);
        var reason = Waiting >= _options.MaxWaiting ? "full"
            : now + (wait * _options.HopeFactor) > ticket.Hopeless ? "deadline"
            : _due.SlackFrom(ticket, FreeAt(now), Hot()) < _shares.WaitingWork(demand.Tenant) + ticket.Service ? "bound"
            : null;
        if (reason is not null)
        {
            _due.Remove(ticket);
            refusal = new Refusal(reason, TimeSpan.FromSeconds(Math.Max(wait, 1)));
            return null;
        }

        refusal = null;
        lane.Add(ticket, _shares.Enter(demand.Tenant));
        Waiting++;
        if (!double.IsInfinity(ticket.Hopeless))
        {
            _hopes.Add(ticket);
        }

        return ticket;
    }

    /// <summary>The caller left. Safe in every state; work under way is reported finished by whoever stops it.</summary>
    public void Cancel(Ticket ticket)
    {
        if (ticket.State == TicketState.Waiting)
        {
            End(Dequeue(ticket));
        }
    }

    /// <summary>The work on a started ticket is over, whatever its outcome.</summary>
    public void Finished(Ticket ticket, WorkDone done)
    {
        if (ticket.State != TicketState.Working || !_working.Remove(ticket))
        {
            return;
        }

        var lane = Lane(ticket.Demand.Model);
        lane.Working--;
        lane.UsedAt = Now;
        Estimates.LearnWork(ticket.Demand, done);
        if (done.PromptTokens + done.AnswerTokens > 0)
        {
            _shares.Charge(_shares.Of(ticket.Demand.Tenant), done.PromptTokens + (2.0 * done.AnswerTokens) - ticket.Charged);
        }

        End(ticket);
    }

    /// <summary>A load that <see cref="Decide"/> asked for is over.</summary>
    /// <param name="succeeded">Where it failed, the next call has the backend load the model, and the time it took tells nothing.</param>
    public void Loaded(string model, bool succeeded = true)
    {
        var lane = Lane(model);
        lane.IsLoaded = true;
        lane.LoadedAt = lane.UsedAt = Now;
        if (Is(_loading, model))
        {
            _loading = null;
            if (succeeded)
            {
                Estimates.LearnLoad(lane.Model, Now - _loadingSince);
            }
        }
    }

    /// <summary>Everything that can be done now. Ask again after every event.</summary>
    public IReadOnlyList<SchedulerAction> Decide()
    {
        List<SchedulerAction> actions = [];
        var now = Now;
        while (_hopes.Min is { } hopeless && hopeless.Hopeless < now)
        {
            End(Dequeue(hopeless));
            actions.Add(new GiveUp(hopeless));
        }

        var urgent = false;
        while (_working.Count < _options.Concurrency && Next(now, out urgent) is { } ticket)
        {
            Start(ticket, now);
            actions.Add(new StartWork(ticket));
        }

        if (Swap(now, urgent) is { } swap)
        {
            (_loading, _loadingSince) = (swap.Model, now);
            foreach (var victim in swap.Victims)
            {
                Lane(victim).IsLoaded = false;
            }

            actions.Add(swap);
        }

        return actions;
    }

    /// <summary>The wait that a ticket, waiting or about to, should expect.</summary>
    public TimeSpan PredictWait(Ticket ticket) => TimeSpan.FromSeconds(PredictWait(ticket, Lane(ticket.Demand.Model)));

    private static bool Is(string? model, string name) => name.Equals(model, StringComparison.OrdinalIgnoreCase);

    private bool IsHot(ModelLane lane) => lane.IsLoaded || !_options.OwnsResidency;

    // The next to work on among what is in memory, unless the bound of somebody whose model is not leaves no time for it.
    private Ticket? Next(double now, out bool urgent)
    {
        urgent = false;
        ModelLane? best = null;
        Ticket? next = null;
        foreach (var lane in _lanes.Values)
        {
            if (lane.Waiting > 0 && IsHot(lane) && lane.Next(_options.PrefixWindow) is { } candidate && (next is null || Before(candidate, next)))
            {
                (best, next) = (lane, candidate);
            }
        }

        if (next is null || _due.First is not { } first || first == next)
        {
            return next;
        }

        if (_due.SlackWithout(next, Math.Max(now + next.Service, LoadEnds(now)), _loading ?? best!.Model) >= 0)
        {
            return next;
        }

        if (IsHot(Lane(first.Demand.Model)))
        {
            return first;
        }

        urgent = true;
        return null;
    }

    private static bool Before(Ticket a, Ticket b) => a.Demand.Batch != b.Demand.Batch ? b.Demand.Batch : FairShares.ByUse.Compare(a.Lane!.Share, b.Lane!.Share) < 0;

    private void Start(Ticket ticket, double now)
    {
        var lane = ticket.Lane!.Model;
        var share = ticket.Lane.Share;
        Dequeue(ticket);
        ticket.State = TicketState.Working;
        ticket.Started = now;
        ticket.Swapped = lane.LoadedAt > ticket.Arrived;
        ticket.Charged = ticket.Demand.PromptTokens + (2 * Estimates.Answer(ticket.Demand));
        _shares.Charge(share, ticket.Charged);
        _working.Add(ticket);
        lane.Working++;
        lane.Last = share;
        lane.UsedAt = now;
    }

    private Ticket Dequeue(Ticket ticket)
    {
        ticket.Lane!.Model.Remove(ticket);
        _due.Remove(ticket);
        _hopes.Remove(ticket);
        Waiting--;
        return ticket;
    }

    private void End(Ticket ticket)
    {
        ticket.State = TicketState.Ended;
        _shares.Leave(_shares.Of(ticket.Demand.Tenant));
    }

    private SwapModels? Swap(double now, bool urgent)
    {
        if (!_options.OwnsResidency || _loading is not null || Waiting == 0)
        {
            return null;
        }

        // Whose bound is near goes first; else the model whose waiting work is worth most for the time of its load.
        var forced = _due.First is { } first && !Lane(first.Demand.Model).IsLoaded && (urgent || _due.Slack(FreeAt(now), Hot()) < first.Load + first.Service)
            ? Lane(first.Demand.Model)
            : null;
        var wanted = forced ?? _lanes.Values.Where(l => l is { IsLoaded: false, Waiting: > 0 }).MaxBy(l => Pressure(l, now));
        if (wanted is null)
        {
            return null;
        }

        // A load is time that somebody's bound may not have.
        if (_due.First!.Demand.Model is var due && due != wanted.Model && _due.Slack(FreeAt(now) + Estimates.Load(wanted.Model), wanted.Model) < 0)
        {
            if (IsHot(Lane(due)))
            {
                return null;
            }

            wanted = forced = Lane(due);
        }

        List<string> victims = [];
        var loaded = _lanes.Values.Where(l => l.IsLoaded).OrderBy(l => l.Waiting > 0).ThenBy(l => l.Work).ThenBy(l => l.UsedAt).ToList();
        while (!Fits(wanted, loaded))
        {
            var victim = loaded[0];
            if (victim.Working > 0 || !(forced is not null || IsSpent(victim, wanted, now)))
            {
                return null;
            }

            loaded.RemoveAt(0);
            victims.Add(victim.Model);
        }

        return new SwapModels(wanted.Model, victims);
    }

    /// <summary>Whether a model has had its turn: no work left, or its stay is over and another's work outweighs its own.</summary>
    private bool IsSpent(ModelLane victim, ModelLane wanted, double now) =>
        victim.Waiting == 0
        || (now - victim.LoadedAt >= _options.Stay * Estimates.Load(wanted.Model) && Pressure(wanted, now) > Pressure(victim, now));

    /// <summary>
    /// What waiting costs, for each second that it takes to end it: the generalized c-mu rule, with a cost that grows with the square of the wait
    /// (https://doi.org/10.1214/aoap/1177004706).
    /// </summary>
    private double Pressure(ModelLane lane, double now) =>
        lane.Age(now, _options.BatchWeight) / ((lane.IsLoaded ? 0 : Estimates.Load(lane.Model)) + lane.Work);

    private bool Fits(ModelLane wanted, List<ModelLane> loaded) =>
        loaded.Count == 0
        || (loaded.Count < _options.MaxLoaded && (_options.MemoryBytes is not { } memory || loaded.Sum(l => _options.Bytes(l.Model)) + _options.Bytes(wanted.Model) <= memory));

    private string? Hot() => _loading ?? _lanes.Values.FirstOrDefault(l => l.IsLoaded)?.Model;

    // When the next slot is free.
    private double FreeAt(double now)
    {
        var free = now;
        if (_working.Count >= _options.Concurrency)
        {
            free = Math.Max(now, _working.Min(t => t.Started + t.Service));
        }

        return Math.Max(free, LoadEnds(now));
    }

    private double LoadEnds(double now) => _loading is null ? now : Math.Max(now, _loadingSince + Estimates.Load(_loading));

    private double PredictWait(Ticket ticket, ModelLane lane)
    {
        var now = Now;
        var ahead = Math.Max(0, FreeAt(now) - now);
        ahead += ticket.Demand.Batch ? lane.Work : lane.InteractiveWork;
        if (IsHot(lane) || Is(_loading, lane.Model))
        {
            return ahead;
        }

        var hot = _lanes.Values.Where(l => l.IsLoaded).Sum(l => Math.Min(l.InteractiveWork, Math.Max(0, (_options.Stay * ticket.Load) - (now - l.LoadedAt))));
        return ahead + ticket.Load + (_lanes.Values.Count(l => l.IsLoaded) < _options.MaxLoaded ? 0 : hot);
    }

    private ModelLane Lane(string model)
    {
        if (!_lanes.TryGetValue(model, out var lane))
        {
            _lanes[model] = lane = new ModelLane(model);
        }

        return lane;
    }
}
