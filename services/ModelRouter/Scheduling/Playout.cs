namespace Sutazai.ModelRouter.Scheduling;

/// <summary>
/// Plays a machine forward to a call's turn with all work as a fluid: what waits is worked off evenly, more comes in by the rates of late, and
/// models take turns by the scheduler's own rules. Nothing is random in it, as in the fluid predictors of Ibrahim and Whitt
/// (https://doi.org/10.1287/opre.1110.0974). Costs some turns of all models, however many calls wait.
/// </summary>
/// <param name="busy">Seconds until a slot is free.</param>
internal sealed class Playout(SchedulerOptions options, Residency residency, ServiceSpread spread, int slots, double now, double busy)
{
    /// <summary>Loads that are played; whoever has no turn by then is taken to have the next.</summary>
    private const int MostTurns = 12;

    /// <summary>Part of the time that work still to come may take; no queue that grows lasts for ever.</summary>
    private const double MostTaken = 0.8;

    /// <summary>Seconds of work that count as none.</summary>
    private const double None = 0.01;

    private readonly List<Stock> _hot = [];
    private List<Stock> _stocks = [];
    private Stock? _worked;
    private double _busy = busy;
    private double _time;

    /// <summary>Seconds until the turn of a call.</summary>
    /// <param name="level">What its tenant will have had then.</param>
    /// <param name="own">Its own work where that does not wait in the lane yet; else 0.</param>
    /// <param name="worked">The model that is being worked with.</param>
    public double Wait(ModelLane lane, double level, bool batch, double own, ModelLane? worked)
    {
        if (residency.IsHot(lane))
        {
            var hot = residency.Lanes.Where(residency.IsHot).ToList();
            return _busy + Served(hot.Sum(l => l.Ahead(level, batch).Work), batch ? hot.Sum(l => l.InteractiveInflow.Rate(now).Work) : 0);
        }

        var wanted = Begin(lane, batch, own, worked);
        for (var turn = 0; turn < MostTurns && !_hot.Contains(wanted); turn++)
        {
            Turn();
        }

        // Then it has its turn among what is in memory, but not in the middle of a call.
        List<Stock> others = [.. _hot.Where(s => s != wanted)];
        var (work, calls) = (others.Sum(s => s.Work), others.Sum(s => s.Calls));
        var underWay = Math.Max(_busy, spread.Left * Math.Min(work, calls > 0 ? work / calls : 0));
        var ahead = lane.Ahead(level, batch).Work + others.Sum(s => s.Lane.Work > 0 ? s.Work * s.Lane.Ahead(level, batch).Work / s.Lane.Work : 0);
        var urgent = lane.InteractiveInflow.Rate(now).Work;
        return _time + underWay + (batch ? Served(ahead + (_time * urgent), urgent + others.Sum(s => s.Lane.InteractiveInflow.Rate(now).Work)) : Served(ahead, 0));
    }

    private Stock Begin(ModelLane lane, bool batch, double own, ModelLane? worked)
    {
        _stocks = [.. residency.Lanes.Where(l => l == lane || !l.IsBlocked).Select(l => new Stock(l, options, residency.LoadSeconds(l), now))];
        _hot.AddRange(_stocks.Where(s => residency.IsHot(s.Lane)));
        _worked = _stocks.Find(s => s.Lane == worked);
        var wanted = _stocks.Find(s => s.Lane == lane)!;
        if (own > 0)
        {
            wanted.Add(own, batch ? options.BatchWeight : 1);
        }

        if (_stocks.Find(s => residency.IsLoading(s.Lane)) is { } loading)
        {
            Load(loading, residency.LoadEnds(now) - now);
        }

        return wanted;
    }

    // The next load, after the turn of what must make room for it.
    private void Turn()
    {
        while (Next() is var next && !residency.Fits(next.Lane, _hot.ConvertAll(s => s.Lane)))
        {
            var (victim, ends) = _hot.Select(s => (Stock: s, Ends: TurnEnds(s, next))).MinBy(t => t.Ends);
            Pass(ends);
            _hot.Remove(victim);
            if (_hot.Count < slots)
            {
                victim.Clear();
            }
        }

        Load(Next(), Next().LoadSeconds);
    }

    private Stock Next() => _stocks.Where(s => !_hot.Contains(s)).MaxBy(s => s.Pressure(s.LoadSeconds))!;

    private void Load(Stock stock, double seconds)
    {
        Pass(seconds);
        _hot.Add(stock);
        stock.LoadedAt = _time;
    }

    // A model is only unloaded while it is not worked with. One that always is goes when its work is done; another already when the next outweighs it.
    private double TurnEnds(Stock stock, Stock next)
    {
        var free = _worked == stock ? _busy : 0;
        if (stock.Work < None)
        {
            return free;
        }

        if (_hot.Count <= slots)
        {
            return _busy + Served(stock.Work, stock.Inflow);
        }

        var done = _busy + Math.Min(Served(_hot.Sum(s => s.Work), _hot.Sum(s => s.Inflow)), _hot.Count * stock.Work / slots);
        var stays = stock.LoadedAt + (options.Stay * next.LoadSeconds) - _time;
        return Math.Min(done, Math.Max(free, Math.Max(stays, next.Outweighs(stock))));
    }

    private double Served(double work, double inflow) => work / slots / (1 - Math.Min(MostTaken, inflow / slots));

    private void Pass(double seconds)
    {
        foreach (var stock in _stocks)
        {
            stock.Pass(seconds);
        }

        var working = seconds - Math.Min(_busy, seconds);
        _busy -= seconds - working;
        _worked = _busy > 0 ? _worked : null;
        if (_hot.Sum(s => s.Work) is > 0 and var work)
        {
            foreach (var stock in _hot)
            {
                stock.Keep(Math.Max(0, 1 - (working * slots / work)));
            }
        }

        _time += seconds;
    }

    /// <summary>A model's calls as a fluid.</summary>
    private sealed class Stock
    {
        private readonly double _weightInflow;
        private readonly double _callInflow;
        private double _weight;
        private double _age;

        public Stock(ModelLane lane, SchedulerOptions options, double loadSeconds, double now)
        {
            var (interactive, batch) = (lane.InteractiveInflow.Rate(now), lane.BatchInflow.Rate(now));
            (Lane, LoadSeconds, LoadedAt) = (lane, loadSeconds, lane.LoadedAt - now);
            (Work, Inflow) = (lane.Work, interactive.Work + batch.Work);
            (Calls, _callInflow) = (lane.Waiting, interactive.Calls + batch.Calls);
            (_weight, _weightInflow) = (lane.Weight(options.BatchWeight), interactive.Calls + (options.BatchWeight * batch.Calls));
            _age = lane.Age(now, options.BatchWeight);
        }

        public ModelLane Lane { get; }

        public double LoadSeconds { get; }

        public double LoadedAt { get; set; }

        public double Work { get; private set; }

        public double Calls { get; private set; }

        public double Inflow { get; }

        public double Pressure(double loadSeconds) => _age / (loadSeconds + Math.Max(None, Work));

        /// <summary>Seconds until its pressure passes that of a model in memory, both as they grow with time.</summary>
        public double Outweighs(Stock loaded)
        {
            var behind = loaded.Pressure(0) - Pressure(LoadSeconds);
            var gains = (_weight / (LoadSeconds + Math.Max(None, Work))) - (loaded._weight / Math.Max(None, loaded.Work));
            return behind <= 0 ? 0 : gains > 0 ? behind / gains : double.PositiveInfinity;
        }

        public void Add(double work, double weight) => (Work, Calls, _weight, _age) = (Work + work, Calls + 1, _weight + weight, _age + weight);

        public void Clear() => Keep(0);

        public void Keep(double part) => (Work, Calls, _weight, _age) = (Work * part, Calls * part, _weight * part, _age * part);

        public void Pass(double seconds)
        {
            _age += seconds * (_weight + (_weightInflow * seconds / 2));
            _weight += _weightInflow * seconds;
            Work += Inflow * seconds;
            Calls += _callInflow * seconds;
        }
    }
}
