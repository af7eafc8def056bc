namespace Sutazai.ModelRouter.Scheduling;

/// <summary>The tickets that wait for one model, by tenant.</summary>
internal sealed class ModelLane(string model)
{
    /// <summary>Tenants looked at to predict a wait.</summary>
    private const int Looked = 200;

    // By what the tenant has had so far; the one with the least is next.
    private readonly SortedSet<TenantLane> _interactive = new(TenantLane.ByKey);
    private readonly SortedSet<TenantLane> _batch = new(TenantLane.ByKey);
    private readonly Dictionary<(Share Share, bool Batch), TenantLane> _tenants = [];

    public string Model => model;

    public int Waiting { get; private set; }

    public int Interactive { get; private set; }

    /// <summary>Estimated seconds of all waiting work.</summary>
    public double Work { get; private set; }

    public double InteractiveWork { get; private set; }

    // Sums of the arrival times.
    private double _interactiveArrived;
    private double _batchArrived;

    public Inflow InteractiveInflow { get; } = new();

    public Inflow BatchInflow { get; } = new();

    public bool IsLoaded { get; set; }

    /// <summary>Its calls keep failing, so that those waiting stay where they are for a while.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>Loads in a row that failed. The next one gets the whole memory.</summary>
    public int FailedLoads { get; set; }

    /// <summary>For how long it stays in memory unused; null for good.</summary>
    public double? KeepSeconds { get; set; }

    /// <summary>What will probably be asked for: calls of late, decaying.</summary>
    public Popularity Popularity { get; } = new();

    /// <summary>Prompts' beginnings that are evaluated or will be, the latest last.</summary>
    public List<ulong> Prefixes { get; } = [];

    public int Working { get; set; }

    /// <summary>When it was loaded last.</summary>
    public double LoadedAt { get; set; }

    /// <summary>When it had work last.</summary>
    public double UsedAt { get; set; }

    /// <summary>Whose prompt it evaluated last.</summary>
    public Share? Last { get; set; }

    /// <summary>What that prompt began with.</summary>
    public ulong? LastPrefix { get; set; }

    public void Add(Ticket ticket, Share share)
    {
        var key = (share, ticket.Demand.Batch);
        if (!_tenants.TryGetValue(key, out var lane))
        {
            _tenants[key] = lane = new TenantLane(this, share, ticket.Demand.Batch);
            Ordered(lane.Batch).Add(lane);
            share.Lanes.Add(lane);
        }

        ticket.Lane = lane;
        ticket.Place = lane.Tickets.AddLast(ticket);
        Count(ticket, 1);
    }

    /// <summary>Those that wait, in no order.</summary>
    public IEnumerable<Ticket> Tickets => _tenants.Values.SelectMany(l => l.Tickets);

    public void Remove(Ticket ticket)
    {
        var lane = ticket.Lane!;
        lane.Tickets.Remove(ticket.Place!);
        Count(ticket, -1);
        if (lane.Tickets.Count == 0)
        {
            Ordered(lane.Batch).Remove(lane);
            _tenants.Remove((lane.Share, lane.Batch));
            lane.Share.Lanes.Remove(lane);
        }

        (ticket.Lane, ticket.Place) = (null, null);
    }

    /// <summary>The tenant with the least so far, interactive first, or the one served last while it is not far ahead.</summary>
    public Ticket? Next(SchedulerOptions options)
    {
        var ordered = _interactive.Count > 0 ? _interactive : _batch;
        if (Least(ordered) is not { } least)
        {
            return null;
        }

        var again = Last is { } last && _tenants.TryGetValue((last, least.Batch), out var lane) && last.Used <= least.Share.Used + Window(lane, options) ? lane : least;
        return again.Tickets.First!.Value;
    }

    // Where nobody sits before a screen and waits, turns may be the longer, if each new one has a beginning evaluated again.
    private double Window(TenantLane lane, SchedulerOptions options) =>
        lane.Batch && LastPrefix is { } prefix && lane.Tickets.First!.Value.Demand.Prefix == prefix ? options.BatchPrefixWindow : options.PrefixWindow;

    /// <summary>Puts a tenant's lane where it belongs after what the tenant has had became less.</summary>
    public void Reorder(TenantLane lane)
    {
        var ordered = Ordered(lane.Batch);
        ordered.Remove(lane);
        lane.Key = lane.Share.Used;
        ordered.Add(lane);
    }

    /// <summary>Seconds that all of them have waited so far, a batch call's counted less.</summary>
    public double Age(double now, double batchWeight) =>
        (Interactive * now) - _interactiveArrived + (batchWeight * (((Waiting - Interactive) * now) - _batchArrived)) + Weight(batchWeight);

    /// <summary>How many wait, a batch call counted less.</summary>
    public double Weight(double batchWeight) => Interactive + (batchWeight * (Waiting - Interactive));

    /// <summary>What a tenant will be charged for all that it has waiting here.</summary>
    public double TokensOf(Share tenant, bool batch) => _tenants.TryGetValue((tenant, batch), out var lane) ? lane.Tokens : 0;

    /// <summary>Estimated seconds and number of the tickets that go before one of a tenant, were nobody to come any more.</summary>
    /// <param name="used">What the tenant will have had when its turn comes.</param>
    public (double Work, int Tickets) Ahead(double used, bool batch)
    {
        var (work, tickets) = batch ? (InteractiveWork, (double)Interactive) : (0, 0);
        var seen = 0;
        foreach (var lane in Ordered(batch))
        {
            if (lane.Key >= used || ++seen > Looked)
            {
                break;
            }

            // Served until they have had as much.
            var part = Math.Clamp((used - lane.Share.Used) / Math.Max(1, lane.Tokens), 0, 1);
            work += part * lane.Work;
            tickets += part * lane.Tickets.Count;
        }

        return (work, (int)tickets);
    }

    /// <summary>A prompt with this beginning is evaluated here; the machine keeps only so many.</summary>
    public void Remember(ulong prefix, int most)
    {
        Prefixes.Remove(prefix);
        Prefixes.Add(prefix);
        if (Prefixes.Count > most)
        {
            Prefixes.RemoveAt(0);
        }
    }

    // Keys may lag behind what the tenants have had but are never ahead of it, so the first that does not lag is the least.
    private TenantLane? Least(SortedSet<TenantLane> ordered)
    {
        while (ordered.Min is { } least)
        {
            if (least.Key.Equals(least.Share.Used))
            {
                return least;
            }

            Reorder(least);
        }

        return null;
    }

    private SortedSet<TenantLane> Ordered(bool batch) => batch ? _batch : _interactive;

    private void Count(Ticket ticket, int sign)
    {
        ticket.Lane!.Share.WaitingWork += sign * ticket.Service;
        ticket.Lane.Work += sign * ticket.Service;
        ticket.Lane.Tokens += sign * ticket.Tokens;
        Waiting += sign;
        Work = Waiting == 0 ? 0 : Work + (sign * ticket.Service);
        if (ticket.Demand.Batch)
        {
            _batchArrived += sign * ticket.Arrived;
        }
        else
        {
            _interactiveArrived += sign * ticket.Arrived;
            Interactive += sign;
            InteractiveWork = Interactive == 0 ? 0 : InteractiveWork + (sign * ticket.Service);
        }
    }
}

/// <summary>One tenant's tickets for one model, in the order they came.</summary>
internal sealed class TenantLane(ModelLane model, Share share, bool batch)
{
    public static IComparer<TenantLane> ByKey { get; } = Comparer<TenantLane>.Create((a, b) =>
        a.Key.CompareTo(b.Key) is not 0 and var order ? order : a.Share.Number.CompareTo(b.Share.Number));

    /// <summary>What the tenant had had when the lane was last put in order.</summary>
    public double Key { get; set; } = share.Used;

    public ModelLane Model => model;

    public Share Share => share;

    public bool Batch => batch;

    public LinkedList<Ticket> Tickets { get; } = [];

    /// <summary>Estimated seconds of all of them.</summary>
    public double Work { get; set; }

    /// <summary>What they will probably be charged.</summary>
    public double Tokens { get; set; }
}

/// <summary>What a tenant has had, in tokens: prompts once, answers twice, as they cost.</summary>
internal sealed class Share(string tenant, long number)
{
    public string Tenant => tenant;

    public long Number => number;

    public double Used { get; set; }

    /// <summary>When it came, after a pause, and what it had had by then.</summary>
    public (double At, double Used) Came { get; set; }

    /// <summary>Estimated seconds of the tickets that wait.</summary>
    public double WaitingWork { get; set; }

    /// <summary>Tickets waiting or worked on.</summary>
    public int Active { get; set; }

    public List<TenantLane> Lanes { get; } = [];
}

/// <summary>
/// Virtual token counters (https://arxiv.org/abs/2401.00588): whoever has had the least is next. A tenant that comes back after a pause
/// starts level with the least of those at work, so that nobody saves up a claim.
/// </summary>
internal sealed class FairShares
{
    public static IComparer<Share> ByUse { get; } = Comparer<Share>.Create((a, b) => a.Used.CompareTo(b.Used) is not 0 and var order ? order : a.Number.CompareTo(b.Number));

    private const int Most = 10_000;

    private readonly Dictionary<string, Share> _shares = new(StringComparer.Ordinal);
    private readonly SortedSet<Share> _active = new(ByUse);
    private double _floor;
    private long _numbers;

    public IEnumerable<Share> Active => _active;

    /// <summary>Numbers whatever comes, over all machines.</summary>
    public long Number() => _numbers++;

    /// <summary>The tenant's share, for one ticket more.</summary>
    public Share Enter(string tenant, double now)
    {
        if (!_shares.TryGetValue(tenant, out var share))
        {
            if (_shares.Count >= Most)
            {
                Forget();
            }

            _shares[tenant] = share = new Share(tenant, Number());
        }

        if (share.Active++ == 0)
        {
            share.Used = Math.Max(share.Used, _active.Min?.Used ?? _floor);
            share.Came = (now, share.Used);
            _active.Add(share);
        }

        return share;
    }

    public void Leave(Share share)
    {
        if (--share.Active > 0)
        {
            return;
        }

        _floor = Math.Max(_floor, _active.Min?.Used ?? 0);
        _active.Remove(share);
        if (share.Used <= _floor)
        {
            _shares.Remove(share.Tenant);
        }
    }

    public void Charge(Share share, double tokens)
    {
        _active.Remove(share);
        share.Used += tokens;
        _active.Add(share);
        foreach (var lane in share.Lanes)
        {
            if (lane.Key > share.Used)
            {
                lane.Model.Reorder(lane);
            }
        }
    }

    public double Evenness(double now)
    {
        var rates = _active.Where(s => s.Came.At < now).Select(s => (s.Used - s.Came.Used) / (now - s.Came.At)).ToList();
        var squares = rates.Sum(r => r * r);
        return squares == 0 ? 1 : Math.Pow(rates.Sum(), 2) / (rates.Count * squares);
    }

    public Share Of(string tenant) => _shares[tenant];

    /// <summary>What a tenant has had, or would be taken to have had if it came now.</summary>
    public double Used(string tenant) => Find(tenant) is { Active: > 0 } active ? active.Used : Math.Max(Find(tenant)?.Used ?? 0, _active.Min?.Used ?? _floor);

    public Share? Find(string tenant) => _shares.GetValueOrDefault(tenant);

    public double WaitingWork(string tenant) => _shares.TryGetValue(tenant, out var share) ? share.WaitingWork : 0;

    private void Forget()
    {
        foreach (var idle in _shares.Values.Where(s => s.Active == 0).ToList())
        {
            _shares.Remove(idle.Tenant);
        }
    }
}
