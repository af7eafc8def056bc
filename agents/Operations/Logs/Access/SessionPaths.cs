using System.Buffers;
using System.Text;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>Cuts each client's requests into sessions and counts the ways through the site, in bounded space.</summary>
internal sealed class SessionPaths(TimeSpan gap, int maxSteps, bool withAssets)
{
    private const int MaxOpen = 20_000;
    private const int MaxCounted = 10_000;

    private static readonly SearchValues<string> s_assets = SearchValues.Create(
        [".css", ".js", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".woff", ".webp", ".map", ".ttf", ".avif"], StringComparison.OrdinalIgnoreCase);

    private readonly Dictionary<(ulong Client, ulong Agent), Session> _open = [];
    private readonly Dictionary<string, long> _paths = [];
    private readonly Dictionary<string, long> _entries = [];
    private readonly Dictionary<string, long> _exits = [];
    private readonly Dictionary<(string From, string To), long> _steps = [];
    private readonly StringBuilder _shape = new();
    private long _taken;

    public long Sessions { get; private set; }

    public long Bounces { get; private set; }

    /// <summary>Sessions whose way is in no list, because too many different ones came only once.</summary>
    public long Uncounted { get; private set; }

    public LatencySketch Lengths { get; } = new();

    public LatencySketch Seconds { get; } = new();

    public IEnumerable<KeyValuePair<string, long>> Paths => Ordered(_paths);

    public IEnumerable<KeyValuePair<string, long>> Entries => Ordered(_entries);

    public IEnumerable<KeyValuePair<string, long>> Exits => Ordered(_exits);

    public IEnumerable<KeyValuePair<(string From, string To), long>> Steps =>
        _steps.OrderByDescending(s => s.Value).ThenBy(s => s.Key.From, StringComparer.Ordinal).ThenBy(s => s.Key.To, StringComparer.Ordinal);

    public void Take(in AccessLine access)
    {
        if (!withAssets && IsAsset(access.Path) || access.IsMalformed)
        {
            return;
        }

        var key = (TextHash.Of(access.Client), TextHash.Of(access.Agent));
        var now = access.Time.UtcTicks;
        if (_open.TryGetValue(key, out var session) && Math.Abs(now - session.Last) > gap.Ticks)
        {
            Close(session);
            session = null;
        }

        if (session is null)
        {
            if (_open.Count >= MaxOpen)
            {
                CloseOldest();
            }

            _open[key] = session = new Session(now);
        }

        if (++_taken % 10_000 == 0)
        {
            CloseSilent(now);
        }

        session.Take(RouteShape.Of(access.Path, _shape), now, maxSteps, _steps);
    }

    public void End()
    {
        foreach (var session in _open.Values)
        {
            Close(session);
        }

        _open.Clear();
    }

    private static bool IsAsset(ReadOnlySpan<char> path)
    {
        var dot = path.LastIndexOf('.');
        return dot >= 0 && path.Length - dot <= 6 && path[dot..].ContainsAny(s_assets);
    }

    private void CloseSilent(long now)
    {
        foreach (var (key, session) in _open.Where(s => now - s.Value.Last > gap.Ticks).OrderBy(s => s.Value.Last).ToList())
        {
            Close(session);
            _open.Remove(key);
        }
    }

    private void CloseOldest()
    {
        foreach (var (key, session) in _open.OrderBy(s => s.Value.Last).ThenBy(s => s.Key).Take(MaxOpen / 2).ToList())
        {
            Close(session);
            _open.Remove(key);
        }
    }

    private void Close(Session session)
    {
        Sessions++;
        Bounces += session.Requests == 1 ? 1 : 0;
        Lengths.Take(session.Requests);
        Seconds.Take((session.Last - session.First) / (double)TimeSpan.TicksPerSecond);
        Uncounted += Count(_paths, session.Path);
        Count(_entries, session.Entry);
        Count(_exits, session.Exit);
    }

    private static long Count(Dictionary<string, long> counts, string key)
    {
        long dropped = 0;
        if (counts.Count >= MaxCounted && !counts.ContainsKey(key))
        {
            foreach (var once in counts.Where(c => c.Value == 1).Select(c => c.Key).ToList())
            {
                counts.Remove(once);
                dropped++;
            }

            if (counts.Count >= MaxCounted)
            {
                return dropped + 1;
            }
        }

        counts[key] = counts.GetValueOrDefault(key) + 1;
        return dropped;
    }

    private static IOrderedEnumerable<KeyValuePair<string, long>> Ordered(Dictionary<string, long> counts) =>
        counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal);

    private sealed class Session(long first)
    {
        private readonly List<string> _path = [];
        private bool _cut;

        public long First { get; private set; } = first;

        public long Last { get; private set; } = first;

        public long Requests { get; private set; }

        public string Entry => _path[0];

        public string Exit { get; private set; } = "";

        public string Path => string.Join(" > ", _path) + (_cut ? " > ..." : "");

        public void Take(string route, long now, int maxSteps, Dictionary<(string From, string To), long> steps)
        {
            Requests++;
            (First, Last) = (Math.Min(First, now), Math.Max(Last, now));
            if (route == Exit)
            {
                return;
            }

            if (Exit.Length > 0 && (steps.Count < MaxCounted || steps.ContainsKey((Exit, route))))
            {
                steps[(Exit, route)] = steps.GetValueOrDefault((Exit, route)) + 1;
            }

            Exit = route;
            if (_path.Count < maxSteps)
            {
                _path.Add(route);
            }
            else
            {
                _cut = true;
            }
        }
    }
}
