using System.Text;

namespace Sutazai.Agents.Operations.Logs;

/// <summary>Counts requests by route and by time in bounded space.</summary>
internal sealed class TrafficSummary(int bucketMinutes)
{
    public const string OtherRoute = "(other)";

    private const int MaxRoutes = 2000;
    private const int MaxBuckets = 1000;
    private const int MaxClients = 100_000;

    private readonly Dictionary<(string Method, string Route), Tally> _routes = [];
    private readonly Dictionary<int, long> _status = [];
    private readonly HashSet<ulong> _clients = [];
    private readonly StringBuilder _shape = new();
    private Dictionary<long, Tally> _buckets = [];

    public Tally All { get; } = new();

    public long BucketMinutes { get; private set; } = bucketMinutes;

    public int Clients => _clients.Count;

    public bool ClientsIsLeast => _clients.Count == MaxClients;

    public DateTimeOffset? From { get; private set; }

    public DateTimeOffset? To { get; private set; }

    public IEnumerable<KeyValuePair<int, long>> Status => _status.OrderBy(s => s.Key);

    public IEnumerable<(string Method, string Route, Tally Tally)> Routes => _routes.OrderByDescending(r => r.Value.Requests)
        .ThenBy(r => r.Key.Route, StringComparer.Ordinal).ThenBy(r => r.Key.Method, StringComparer.Ordinal).Select(r => (r.Key.Method, r.Key.Route, r.Value));

    public IEnumerable<(DateTimeOffset Start, Tally Tally)> Buckets => _buckets.OrderBy(b => b.Key)
        .Select(b => (new LogTimestamp(b.Key * BucketMinutes * TimeSpan.TicksPerMinute, 0).ToDateTimeOffset(), b.Value));

    public void Take(in AccessLine access)
    {
        All.Take(access, withLatency: true);
        _status[access.Status] = _status.GetValueOrDefault(access.Status) + 1;
        if (_clients.Count < MaxClients)
        {
            _clients.Add(TextHash.Of(access.Client));
        }

        Route(access).Take(access, withLatency: true);
        if (access.HasTime)
        {
            var time = access.Time.ToDateTimeOffset();
            From = From is { } from && from <= time ? from : time;
            To = To is { } to && to >= time ? to : time;
            Bucket(access.Time.Minute).Take(access, withLatency: false);
        }
    }

    private Tally Route(in AccessLine access)
    {
        var key = access.IsMalformed ? ("-", "(malformed)") : (Method(access.Method), RouteShape.Of(access.Path, _shape));
        if (_routes.TryGetValue(key, out var tally))
        {
            return tally;
        }

        if (_routes.Count >= MaxRoutes)
        {
            key = ("*", OtherRoute);
            if (_routes.TryGetValue(key, out tally))
            {
                return tally;
            }
        }

        return _routes[key] = new Tally();
    }

    private static string Method(ReadOnlySpan<char> method) => method switch
    {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "PATCH" => "PATCH",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => method.Length > 20 ? "-" : method.ToString(),
    };

    private Tally Bucket(long minute)
    {
        var key = minute / BucketMinutes;
        if (!_buckets.TryGetValue(key, out var bucket))
        {
            _buckets[key] = bucket = new Tally();
            while (_buckets.Count > MaxBuckets)
            {
                BucketMinutes *= 2;
                Dictionary<long, Tally> wider = [];
                foreach (var (old, tally) in _buckets.OrderBy(b => b.Key))
                {
                    if (!wider.TryAdd(old >> 1, tally))
                    {
                        wider[old >> 1].Add(tally);
                    }
                }

                _buckets = wider;
            }

            bucket = _buckets[minute / BucketMinutes];
        }

        return bucket;
    }

    internal sealed class Tally
    {
        private LatencySketch? _latency;

        public long Requests { get; private set; }

        public long Bytes { get; private set; }

        public long ClientErrors { get; private set; }

        public long ServerErrors { get; private set; }

        public LatencySketch Latency => _latency ??= new();

        public void Take(in AccessLine access, bool withLatency)
        {
            Requests++;
            Bytes += access.Bytes;
            ClientErrors += access.Status is >= 400 and < 500 ? 1 : 0;
            ServerErrors += access.Status >= 500 ? 1 : 0;
            if (withLatency && !double.IsNaN(access.Milliseconds))
            {
                Latency.Take(access.Milliseconds);
            }
        }

        public void Add(Tally other)
        {
            Requests += other.Requests;
            Bytes += other.Bytes;
            ClientErrors += other.ClientErrors;
            ServerErrors += other.ServerErrors;
        }
    }
}
