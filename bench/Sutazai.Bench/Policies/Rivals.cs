namespace Sutazai.Bench.Policies;

/// <summary>
/// Ollama's own scheduler: a request for a loaded model joins it at once and waits in its line; every other waits in one line, the first of
/// which waits for a victim that new requests may still join.
/// </summary>
internal sealed class OllamaPolicy(bool cancels = true) : Policy
{
    private readonly LinkedList<Job> _pending = [];
    private readonly Dictionary<string, List<Job>> _joined = [];
    private string? _victim;

    public override void Arrive(Job job)
    {
        if (_joined.TryGetValue(job.Model.Name, out var line))
        {
            line.Add(job);
        }
        else
        {
            _pending.AddLast(job);
        }
    }

    public override bool Leave(Job job)
    {
        if (!cancels)
        {
            return false;
        }

        Forget(job);
        return true;
    }

    public override void Done(Job job) => Forget(job);

    public override void Loaded(string key)
    {
        _joined[key] = [_pending.First!.Value];
        _pending.RemoveFirst();
    }

    public override void Act(Machine machine)
    {
        while (machine.Loading is null && _pending.First?.Value is { } first)
        {
            if (_joined.TryGetValue(first.Model.Name, out var line))
            {
                line.Add(first);
                _pending.RemoveFirst();
                continue;
            }

            if (machine.Models.Count >= machine.MaxLoaded)
            {
                _victim = _victim is not null && _joined.ContainsKey(_victim) ? _victim : (_joined.OrderBy(l => l.Value.Count > 0).ThenBy(l => l.Key, StringComparer.Ordinal).First().Key);
                if (_joined[_victim].Count > 0)
                {
                    break;
                }

                _joined.Remove(_victim);
                machine.Load(first.Model, [_victim]);
                _victim = null;
            }
            else
            {
                machine.Load(first.Model, []);
            }
        }

        foreach (var line in _joined.Values.Where(l => l.Count > 0 && !machine.Running.Contains(l[0])))
        {
            machine.Start(line[0]);
        }
    }

    private void Forget(Job job)
    {
        // One whose model is being loaded for it keeps its place, as a cancelled load does.
        if (_pending.First?.Value != job)
        {
            _pending.Remove(job);
        }

        foreach (var line in _joined.Values)
        {
            line.Remove(job);
        }
    }
}

/// <summary>First come, first served, but whoever wants a loaded model goes before a swap: llama-swap's rule, and no bound on the others' wait.</summary>
internal sealed class CollatingPolicy : Policy
{
    private readonly List<Job> _waiting = [];

    public override void Arrive(Job job) => _waiting.Add(job);

    public override bool Leave(Job job)
    {
        _waiting.Remove(job);
        return true;
    }

    public override void Done(Job job)
    {
    }

    public override void Loaded(string key)
    {
    }

    public override void Act(Machine machine)
    {
        foreach (var job in _waiting.Where(j => machine.Models.Contains(j.Model.Name)).ToList())
        {
            if (machine.Running.All(r => r.Model.Name != job.Model.Name))
            {
                _waiting.Remove(job);
                machine.Start(job);
            }
        }

        if (machine.Loading is not null || _waiting.Find(j => !machine.Models.Contains(j.Model.Name)) is not { } first)
        {
            return;
        }

        var idle = machine.Models.FirstOrDefault(m => machine.Running.All(r => r.Model.Name != m) && _waiting.TrueForAll(j => j.Model.Name != m));
        if (machine.Models.Count < machine.MaxLoaded)
        {
            machine.Load(first.Model, []);
        }
        else if (idle is not null)
        {
            machine.Load(first.Model, [idle]);
        }
    }
}

/// <summary>Fair by requests: the user with the fewest lately is next, one request at a time, whatever it costs and whichever model is loaded: ollamaMQ's rule.</summary>
internal sealed class RequestFairPolicy(VirtualTime time) : Policy
{
    private const double HalfLife = 300;

    private readonly Dictionary<string, (double Score, double At)> _scores = [];
    private readonly List<Job> _waiting = [];
    private readonly Dictionary<string, double> _used = [];
    private Job? _next;

    public override void Arrive(Job job) => _waiting.Add(job);

    public override bool Leave(Job job)
    {
        _waiting.Remove(job);
        _next = _next == job ? null : _next;
        return true;
    }

    public override void Done(Job job)
    {
    }

    public override void Loaded(string key)
    {
    }

    public override void Act(Machine machine)
    {
        if (machine.Running.Count > 0 || machine.Loading is not null)
        {
            return;
        }

        if (_next is null)
        {
            _next = _waiting.MinBy(j => (Score(j.Agent), j.Number));
            if (_next is null)
            {
                return;
            }

            _waiting.Remove(_next);
            _scores[_next.Agent] = (Score(_next.Agent) + 1, time.Seconds);
        }

        _used[_next.Model.Name] = time.Seconds;
        if (machine.Models.Contains(_next.Model.Name))
        {
            machine.Start(_next);
            _next = null;
        }
        else
        {
            machine.Load(_next.Model, machine.Models.Count < machine.MaxLoaded ? [] : [machine.Models.MinBy(m => _used[m])!]);
        }
    }

    private double Score(string agent) => _scores.TryGetValue(agent, out var known) ? known.Score * Math.Pow(0.5, (time.Seconds - known.At) / HalfLife) : 0;
}
