namespace Sutazai.ModelRouter.Scheduling;

/// <summary>Which models a machine has in memory, which one is on its way there, and which have to make room.</summary>
internal sealed class Residency(SchedulerOptions options, Estimates estimates)
{
    /// <summary>An idle machine replaces a model by another only if that is worth so much more; loads back and forth are worth nothing.</summary>
    private const double WorthPreloading = 2;

    private readonly Dictionary<string, ModelLane> _lanes = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, ModelLane>.ValueCollection Lanes => _lanes.Values;

    /// <summary>The model that is being loaded.</summary>
    public string? Loading { get; private set; }

    public double LoadingSince { get; private set; }

    public IEnumerable<ModelLane> Loaded => _lanes.Values.Where(l => l.IsLoaded);

    public ModelLane Lane(string model)
    {
        if (!_lanes.TryGetValue(model, out var lane))
        {
            _lanes[model] = lane = new ModelLane(model);
        }

        return lane;
    }

    /// <summary>Whether its calls can be worked on now.</summary>
    public bool IsHot(ModelLane lane) => (lane.IsLoaded || !options.OwnsResidency) && !lane.IsBlocked;

    public bool IsLoading(ModelLane lane) => lane.Model.Equals(Loading, StringComparison.OrdinalIgnoreCase);

    public double LoadSeconds(ModelLane lane) => estimates.Load(lane.Model);

    /// <summary>When the load under way should be over.</summary>
    public double LoadEnds(double now) => Loading is null ? now : Math.Max(now, LoadingSince + estimates.Load(Loading));

    /// <summary>The model that work which cannot wait finds in memory soonest: one on its way, or any.</summary>
    public string? Hot() => Loading ?? _lanes.Values.FirstOrDefault(l => l.IsLoaded)?.Model;

    /// <summary>What must go for a model to fit; null while that is still needed.</summary>
    /// <param name="spent">Whether a model may go although it is not idle.</param>
    public List<string>? MakeRoom(ModelLane wanted, double now, Func<ModelLane, bool> spent)
    {
        List<string> victims = [];
        var loaded = Loaded.OrderBy(l => l.Waiting > 0).ThenBy(l => l.Work).ThenBy(l => Worth(l, now)).ThenBy(l => l.UsedAt).ToList();
        while (!Fits(wanted, loaded))
        {
            var victim = loaded[0];
            if (victim.Working > 0 || !spent(victim))
            {
                return null;
            }

            loaded.RemoveAt(0);
            victims.Add(victim.Model);
        }

        return victims;
    }

    /// <summary>What an idle machine should load, by the load times that it will probably save, and when.</summary>
    /// <param name="idleSince">For how long nobody has wanted anything: only a long pause is worth a model's place.</param>
    public (SwapModels Swap, double At)? Preload(double now, double idleSince)
    {
        var wanted = _lanes.Values.Where(l => !l.IsLoaded && !l.IsBlocked).MaxBy(l => Worth(l, now));
        var worth = wanted is null ? 0 : Worth(wanted, now);
        if (worth == 0 || MakeRoom(wanted!, now, victim => (worth -= WorthPreloading * Worth(victim, now)) > 0) is not { } victims)
        {
            return null;
        }

        return (new SwapModels(wanted!.Model, victims), victims is [] ? now : idleSince + (options.Stay * estimates.Load(wanted.Model)));
    }

    /// <summary>Loaded models that were to be kept for a time which has passed.</summary>
    public IReadOnlyList<ModelLane> Expired(double now) => Expires() <= now ? [.. Loaded.Where(l => Expires(l) <= now)] : [];

    /// <summary>When the next of them expires.</summary>
    public double? Expires()
    {
        double? soonest = null;
        foreach (var lane in Lanes)
        {
            if (lane.IsLoaded && Expires(lane) is { } at && !(soonest < at))
            {
                soonest = at;
            }
        }

        return soonest;
    }

    public void Begin(SwapModels swap, double now)
    {
        (Loading, LoadingSince) = (swap.Model, now);
        foreach (var victim in swap.Victims)
        {
            Unload(Lane(victim));
        }
    }

    /// <returns>The seconds it took, where this was the load under way.</returns>
    public double? End(ModelLane lane, double now, bool succeeded)
    {
        if (succeeded)
        {
            lane.IsLoaded = true;
            lane.FailedLoads = 0;
            lane.LoadedAt = lane.UsedAt = now;
        }

        if (!IsLoading(lane))
        {
            return null;
        }

        Loading = null;
        return now - LoadingSince;
    }

    public static void Unload(ModelLane lane)
    {
        lane.IsLoaded = false;
        lane.KeepSeconds = null;
        lane.Prefixes.Clear();
        lane.LastPrefix = null;
    }

    /// <summary>Nothing is in memory any more.</summary>
    public void Lose()
    {
        Loading = null;
        foreach (var lane in _lanes.Values)
        {
            Unload(lane);
        }
    }

    /// <summary>
    /// What waiting costs, for each second that it takes to end it: the generalized c-mu rule, with a cost that grows with the square of the wait
    /// (https://doi.org/10.1214/aoap/1177004706).
    /// </summary>
    public double Pressure(ModelLane lane, double now) =>
        lane.Age(now, options.BatchWeight) / ((lane.IsLoaded ? 0 : estimates.Load(lane.Model)) + lane.Work);

    /// <summary>Whether a model has had its turn: no work left, or its stay is over and another's work outweighs its own.</summary>
    public bool IsSpent(ModelLane victim, ModelLane wanted, double now) =>
        victim.Waiting == 0
        || (now - victim.LoadedAt >= options.Stay * estimates.Load(wanted.Model) && Pressure(wanted, now) > Pressure(victim, now));

    /// <summary>Whether a model may be loaded beside others.</summary>
    public bool Fits(ModelLane wanted, List<ModelLane> loaded) =>
        loaded.Count == 0
        || (wanted.FailedLoads == 0 && loaded.Count < options.MaxLoaded
            && (options.MemoryBytes is not { } memory || loaded.Sum(l => options.Bytes(l.Model)) + options.Bytes(wanted.Model) <= memory));

    private static double? Expires(ModelLane lane) => lane is { Waiting: 0, Working: 0 } ? lane.UsedAt + lane.KeepSeconds : null;

    // Load times that having it in memory will probably save.
    private double Worth(ModelLane lane, double now) => lane.Popularity.At(now) * estimates.Load(lane.Model);
}
