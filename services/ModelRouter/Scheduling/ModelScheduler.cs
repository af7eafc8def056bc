namespace Sutazai.ModelRouter.Scheduling;

/// <summary>
/// Decides which waiting call a slow machine works on next and which models it keeps in memory. It has no threads, timers or I/O of its
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
    // So that a clock that is read in ticks does not wake anybody just too early.
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);

    private readonly SchedulerOptions _options;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Residency _residency;
    private readonly WaitingTickets _waiting = new();
    private readonly HashSet<Ticket> _working = [];
    private readonly FairShares _shares;
    private readonly WaitForecast _forecast;
    private readonly SwapChoice _swaps;
    private readonly ConcurrencyClimb _climb;
    private double _idleSince;

    /// <param name="shares">What each tenant has had, where several machines serve them.</param>
    public ModelScheduler(SchedulerOptions options, TimeProvider time, FairShares? shares = null)
    {
        (_options, _time, _shares) = (options, time, shares ?? new FairShares());
        _climb = new ConcurrencyClimb(options.Concurrency, options.MaxConcurrency ?? options.Concurrency);
        Estimates = new Estimates(options.FileBytes ?? options.Bytes);
        _residency = new Residency(options, Estimates);
        _swaps = new SwapChoice(options, Estimates, _residency, _waiting.Due);
        _forecast = new WaitForecast(options, _residency, _shares);
        _origin = time.GetTimestamp();
    }

    public Estimates Estimates { get; }

    public int Waiting => _waiting.Count;

    public int Working => _working.Count;

    /// <summary>Nothing can be done now: the machine cannot be reached.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Who must be served first of those that wait.</summary>
    public Ticket? Soonest => _waiting.Due.First;

    public IEnumerable<Share> ActiveShares => _shares.Active;

    /// <summary>How evenly the tenants that are active now have been served since they came, by Jain's index: 1 is even.</summary>
    public double Evenness => _shares.Evenness(Now);

    public IReadOnlyCollection<ModelLane> Lanes => _residency.Lanes;

    public bool IsLoading(string model) => _residency.IsLoading(_residency.Lane(model));

    /// <summary>Calls worked on at the same time.</summary>
    public int Slots => _climb.Slots;

    /// <summary>Seconds since the scheduler was made.</summary>
    public double Now => _time.GetElapsedTime(_origin).TotalSeconds;

    /// <summary>Takes a demand into the queue, or says at once that it would wait for nothing.</summary>
    public Ticket? Arrive(Demand demand, out Refusal? refusal)
    {
        var now = Now;
        var lane = _residency.Lane(demand.Model);
        var ticket = new Ticket(demand, _shares.Number(), now) { Due = now + (demand.Batch ? _options.MaxBatchWait : _options.MaxWait).TotalSeconds };
        Estimates.Estimate(ticket, lane);
        ticket.Hopeless = Hopeless(ticket, lane);
        ticket.Foreseen = _forecast.Wait(ticket, lane, now, _working, Slots);
        var wait = _forecast.Corrected(ticket.Foreseen);

        // The more a tenant has waiting already, the more room it must leave for others: dynamic thresholds, as switches share a buffer
        // (https://doi.org/10.1109/90.664262).
        _waiting.Due.Add(ticket);
        var reason = Waiting >= _options.MaxWaiting ? "full"
            : now + (wait * _options.DoubtFactor) > ticket.Hopeless ? "deadline"
            : _waiting.Due.SlackFrom(ticket, FreeAt(now), _residency.Hot()) < _shares.WaitingWork(demand.Tenant) + ticket.Service ? "bound"
            : null;
        _waiting.Due.Remove(ticket);
        refusal = reason is null ? null : new Refusal(reason, TimeSpan.FromSeconds(Math.Max(wait, 1)));
        if (refusal is not null)
        {
            return null;
        }

        lane.Popularity.Add(1, now);
        (demand.Batch ? lane.BatchInflow : lane.InteractiveInflow).Add(ticket.Service, now);
        Enqueue(ticket, lane, _shares.Enter(demand.Tenant, now));
        return ticket;
    }

    /// <summary>The caller left. Safe in every state; work under way is reported finished by whoever stops it.</summary>
    public void Cancel(Ticket ticket)
    {
        if (ticket.State == TicketState.Waiting)
        {
            End(_waiting.Remove(ticket));
        }
    }

    /// <summary>The work on a started ticket is over, whatever its outcome.</summary>
    public void Finished(Ticket ticket, WorkDone done)
    {
        if (!StopWorking(ticket))
        {
            return;
        }

        Estimates.LearnWork(ticket.Demand, done);
        if (done.PromptTokens + done.AnswerTokens > 0)
        {
            _forecast.LearnWork(ticket, Now);
            // An answer's token costs a model about five times a prompt's, and each as much as the model is large.
            _climb.Finished((done.PromptTokens + (5.0 * done.AnswerTokens)) * Math.Max(1, _options.Bytes(ticket.Demand.Model)), busy: Waiting > 0, Now);
            _shares.Charge(_shares.Of(ticket.Demand.Tenant), done.PromptTokens + (2.0 * done.AnswerTokens) - ticket.Charged);
        }

        End(ticket);
    }

    /// <summary>Takes a ticket out, waiting or worked on, for another machine or a second try to <see cref="Adopt"/>. Work is no waiting: its bound moves by that.</summary>
    public void Release(Ticket ticket)
    {
        if (ticket.State == TicketState.Waiting)
        {
            _waiting.Remove(ticket);
        }
        else if (StopWorking(ticket))
        {
            _shares.Charge(_shares.Of(ticket.Demand.Tenant), -ticket.Charged);
            (ticket.Charged, ticket.Due) = (0, ticket.Due + Now - ticket.Started);
        }
    }

    /// <summary>Takes a ticket that was released. It keeps its claims: it has been admitted.</summary>
    public void Adopt(Ticket ticket)
    {
        var lane = _residency.Lane(ticket.Demand.Model);
        Estimates.Estimate(ticket, lane);
        Enqueue(ticket, lane, _shares.Of(ticket.Demand.Tenant));
    }

    /// <summary>Others wait for the same work: it becomes as urgent as the most urgent of them makes it, and is of use as long as to the last.</summary>
    /// <param name="interactive">Somebody sits before a screen and waits for it.</param>
    /// <param name="deadline">When the answer is of no more use to any of the others; null for never.</param>
    public void Urge(Ticket ticket, bool interactive, DateTimeOffset? deadline)
    {
        var (lane, share, demand) = (ticket.Lane!.Model, ticket.Lane.Share, ticket.Demand);
        var latest = demand.Deadline is { } own && deadline is { } others ? (own > others ? own : others) : (DateTimeOffset?)null;
        if (demand.Batch && interactive)
        {
            _waiting.Remove(ticket);
            ticket.Demand = demand with { Batch = false, Deadline = latest };
            ticket.Due = Math.Min(ticket.Due, Now + _options.MaxWait.TotalSeconds);
            _waiting.Add(ticket, lane, share);
        }

        ticket.Demand = ticket.Demand with { Deadline = latest };
        _waiting.Hope(ticket, Hopeless(ticket, lane));
    }

    /// <summary>A load that <see cref="Decide"/> asked for is over.</summary>
    public void Loaded(string model)
    {
        var lane = _residency.Lane(model);
        if (_residency.End(lane, Now, succeeded: true) is { } seconds)
        {
            Estimates.LearnLoad(lane.Model, seconds);
        }
    }

    /// <summary>A load failed. It is tried once more, with all other models out of the way, before those who wait for it are told.</summary>
    /// <returns>Those who wait no longer.</returns>
    public IReadOnlyList<Ticket> LoadFailed(string model)
    {
        var lane = _residency.Lane(model);
        _residency.End(lane, Now, succeeded: false);
        lane.Popularity.Clear();
        if (lane.Waiting > 0 && ++lane.FailedLoads < 2)
        {
            return [];
        }

        lane.FailedLoads = 0;
        return Drop(lane.Tickets);
    }

    /// <summary>A model is no longer in memory.</summary>
    public void Unloaded(string model) => Residency.Unload(_residency.Lane(model));

    /// <summary>A model is to stay in memory for a time after its last use, or for good; for no time, it goes as soon as nobody waits for it.</summary>
    public void Keep(string model, TimeSpan? time) => _residency.Lane(model).KeepSeconds = time?.TotalSeconds;

    /// <summary>A model will probably be asked for.</summary>
    public void Expect(string model) => _residency.Lane(model).Popularity.Add(1, Now);

    /// <summary>A model keeps failing: its calls wait until it is unblocked, but for those that have waited as long as anybody may.</summary>
    /// <returns>Those who wait no longer.</returns>
    public IReadOnlyList<Ticket> Block(string model)
    {
        var lane = _residency.Lane(model);
        _waiting.Block(lane);
        return Drop(lane.Tickets.Where(t => t.Due < Now));
    }

    public void Unblock(string model) => _waiting.Unblock(_residency.Lane(model));

    /// <summary>The machine cannot be reached: nothing is started until it is, and it will have nothing in memory.</summary>
    public void Pause()
    {
        IsPaused = true;
        _residency.Lose();
    }

    public void Resume() => IsPaused = false;

    /// <summary>Ends the waiting of those who have waited as long as anybody may.</summary>
    /// <returns>Those who wait no longer.</returns>
    public IReadOnlyList<Ticket> DropOverdue() => Drop(_residency.Lanes.SelectMany(l => l.Tickets).Where(t => t.Due < Now));

    /// <summary>Ends all waiting.</summary>
    /// <returns>Those who wait no longer.</returns>
    public IReadOnlyList<Ticket> DropAll() => Drop(_residency.Lanes.SelectMany(l => l.Tickets));

    /// <summary>Everything that can be done now. Ask again after every event, and when <see cref="WakeIn"/> says so.</summary>
    public IReadOnlyList<SchedulerAction> Decide()
    {
        List<SchedulerAction> actions = [];
        var now = Now;
        while (_waiting.Hopeless(now) is { } hopeless)
        {
            End(_waiting.Remove(hopeless));
            actions.Add(new GiveUp(hopeless));
        }

        if (IsPaused)
        {
            return actions;
        }

        foreach (var expired in _residency.Expired(now))
        {
            Residency.Unload(expired);
            actions.Add(new UnloadModel(expired.Model));
        }

        var urgent = false;
        while (_working.Count < Slots && Next(now, out urgent) is { } ticket)
        {
            Start(ticket, now);
            actions.Add(new StartWork(ticket));
        }

        if ((Waiting > 0 ? _swaps.Choose(now, FreeAt(now), urgent) : Working == 0 ? _swaps.Preload(now, _idleSince) : null) is { } swap)
        {
            _residency.Begin(swap, now);
            actions.Add(swap);
        }

        return actions;
    }

    /// <summary>When to decide again though nothing happens; null for not at all.</summary>
    public TimeSpan? WakeIn()
    {
        var now = Now;
        var at = Math.Min(_residency.Expires() ?? double.PositiveInfinity, (Waiting + Working == 0 ? _swaps.PreloadsAt(now, _idleSince) : null) ?? double.PositiveInfinity);
        return IsPaused || double.IsInfinity(at) ? null : TimeSpan.FromSeconds(Math.Max(0, at - now)) + s_tick;
    }

    /// <summary>The wait that a ticket should still expect, and how many go before it, this one counted.</summary>
    public (TimeSpan Wait, int Position) Predict(Ticket ticket)
    {
        var lane = _residency.Lane(ticket.Demand.Model);
        // Once there is no hope it is given up.
        var wait = Math.Min(Foresee(ticket, lane), Math.Max(0, ticket.Hopeless - Now));
        return (TimeSpan.FromSeconds(wait), 1 + Math.Min(_forecast.Before(ticket, lane), Waiting - 1));
    }

    /// <summary>Seconds until the answer to a demand would be complete, were it to arrive here.</summary>
    public double PredictEnd(Demand demand)
    {
        var lane = _residency.Lane(demand.Model);
        var ticket = new Ticket(demand, long.MaxValue, Now);
        Estimates.Estimate(ticket, lane);
        // A beginning that is new here takes the place of another, which will have to be evaluated again.
        var displaced = demand.Prefix is { } prefix && lane.Prefixes.Count >= _options.Prefixes && !lane.Prefixes.Contains(prefix) ? Estimates.Service(lane.Model, demand.PrefixTokens, 0) : 0;
        return Foresee(ticket, lane) + ticket.Service + displaced;
    }

    /// <summary>Seconds until the answer to a waiting ticket will be complete here.</summary>
    public double PredictEnd(Ticket ticket) => Foresee(ticket, ticket.Lane!.Model) + ticket.Service;

    // The next to work on among what is in memory, unless the bound of somebody whose model is not leaves no time for it.
    private Ticket? Next(double now, out bool urgent)
    {
        urgent = false;
        ModelLane? best = null;
        Ticket? next = null;
        foreach (var lane in _residency.Lanes)
        {
            if (lane.Waiting > 0 && _residency.IsHot(lane) && lane.Next(_options) is { } candidate && (next is null || Before(candidate, next)))
            {
                (best, next) = (lane, candidate);
            }
        }

        if (next is null || _waiting.Due.First is not { } first || first == next)
        {
            return next;
        }

        if (_waiting.Due.SlackWithout(next, Math.Max(now + next.Service, _residency.LoadEnds(now)), _residency.Loading ?? best!.Model) >= 0)
        {
            return next;
        }

        if (_residency.IsHot(_residency.Lane(first.Demand.Model)))
        {
            return first;
        }

        urgent = true;
        return null;
    }

    // Nobody is turned away on a guess.
    private double Hopeless(Ticket ticket, ModelLane lane) => ticket.Demand.Deadline is { } deadline && Estimates.HasMeasured(lane.Model)
        ? Now + (deadline - _time.GetUtcNow()).TotalSeconds - (ticket.Service * _options.HopeFactor)
        : double.PositiveInfinity;

    private static bool Before(Ticket a, Ticket b) => a.Demand.Batch != b.Demand.Batch ? b.Demand.Batch : FairShares.ByUse.Compare(a.Lane!.Share, b.Lane!.Share) < 0;

    private void Start(Ticket ticket, double now)
    {
        var (lane, share) = (ticket.Lane!.Model, ticket.Lane.Share);
        _waiting.Remove(ticket);
        (ticket.State, ticket.Started, ticket.Charged) = (TicketState.Working, now, ticket.Tokens);
        ticket.Swapped = lane.LoadedAt > ticket.Arrived;
        _forecast.LearnWait(ticket, now);
        _shares.Charge(share, ticket.Charged);
        _working.Add(ticket);
        lane.Working++;
        (lane.Last, lane.LastPrefix) = (share, ticket.Demand.Prefix);
        lane.UsedAt = now;
    }

    private bool StopWorking(Ticket ticket)
    {
        if (ticket.State != TicketState.Working || !_working.Remove(ticket))
        {
            return false;
        }

        var lane = _residency.Lane(ticket.Demand.Model);
        lane.Working--;
        lane.UsedAt = _idleSince = Now;
        return true;
    }

    private void Enqueue(Ticket ticket, ModelLane lane, Share share)
    {
        ticket.Home = this;
        if (ticket.Demand.Prefix is { } prefix)
        {
            lane.Remember(prefix, _options.Prefixes);
        }

        _waiting.Add(ticket, lane, share);
    }

    private void End(Ticket ticket)
    {
        ticket.State = TicketState.Ended;
        _shares.Leave(_shares.Of(ticket.Demand.Tenant));
    }

    private List<Ticket> Drop(IEnumerable<Ticket> tickets)
    {
        List<Ticket> dropped = [.. tickets];
        foreach (var ticket in dropped)
        {
            End(_waiting.Remove(ticket));
        }

        return dropped;
    }

    private double Foresee(Ticket ticket, ModelLane lane) => _forecast.Corrected(_forecast.Wait(ticket, lane, Now, _working, Slots));

    private double FreeAt(double now) => _forecast.FreeAt(now, _working, Slots);
}
