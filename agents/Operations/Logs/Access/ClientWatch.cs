namespace Sutazai.Agents.Operations.Logs;

/// <summary>Gathers the signs of scanning by client, in bounded space.</summary>
internal sealed class ClientWatch
{
    private const int MaxClients = 20_000;
    private const int MaxPaths = 128;

    private readonly Dictionary<string, Client> _clients = [];

    /// <summary>Clients without signs that were forgotten to make room.</summary>
    public long Forgotten { get; private set; }

    public IEnumerable<Client> Suspects => _clients.Values.Where(c => c.Score >= 3).OrderByDescending(c => c.Score).ThenBy(c => c.Name, StringComparer.Ordinal);

    public void Take(in AccessLine access)
    {
        var lookup = _clients.GetAlternateLookup<ReadOnlySpan<char>>();
        var name = access.Client.Length > 64 ? access.Client[..64] : access.Client;
        if (!lookup.TryGetValue(name, out var client))
        {
            if (_clients.Count >= MaxClients)
            {
                Forget();
            }

            lookup[name] = client = new Client(name.ToString());
        }

        client.Take(access);
    }

    private void Forget()
    {
        foreach (var (name, _) in _clients.OrderBy(c => c.Value.Score).ThenBy(c => c.Value.Requests).ThenBy(c => c.Key, StringComparer.Ordinal).Take(MaxClients / 2))
        {
            _clients.Remove(name);
            Forgotten++;
        }
    }

    internal sealed class Client(string name)
    {
        private readonly Dictionary<ScannerSign, (long Count, List<string> Examples)> _signs = [];
        private readonly HashSet<ulong> _paths = [];
        private readonly HashSet<ulong> _probed = [];

        public string Name => name;

        public long Requests { get; private set; }

        public long NotFound { get; private set; }

        public int DistinctPaths => _paths.Count;

        public DateTimeOffset? First { get; private set; }

        public DateTimeOffset? Last { get; private set; }

        public double NotFoundRatio => Requests == 0 ? 0 : (double)NotFound / Requests;

        /// <summary>Sum of weights: an attack pattern or a scanner's agent 5, a probed path 3 and 1 for each further one up to 6, the rest 2.</summary>
        public int Score => Signs.Sum(s => s.Sign switch
        {
            ScannerSign.ProbingPaths => Math.Min(6, 2 + _probed.Count),
            ScannerSign.MostlyNotFound or ScannerSign.ManyDistinctPaths or ScannerSign.MalformedRequests => 2,
            _ => 5,
        });

        public IEnumerable<(ScannerSign Sign, long Count, IReadOnlyList<string> Examples)> Signs
        {
            get
            {
                var found = _signs.Select(s => (s.Key, s.Value.Count, (IReadOnlyList<string>)s.Value.Examples)).ToList();
                if (NotFound >= 10 && NotFoundRatio > 0.5)
                {
                    found.Add((ScannerSign.MostlyNotFound, NotFound, []));
                    if (DistinctPaths >= 50)
                    {
                        found.Add((ScannerSign.ManyDistinctPaths, DistinctPaths, []));
                    }
                }

                return found.OrderBy(s => s.Item1);
            }
        }

        public void Take(in AccessLine access)
        {
            Requests++;
            NotFound += access.Status is 404 or 400 or 403 or 405 ? 1 : 0;
            if (access.HasTime)
            {
                var time = access.Time.ToDateTimeOffset();
                First = First is { } first && first <= time ? first : time;
                Last = Last is { } last && last >= time ? last : time;
            }

            var path = TextHash.Of(access.Path);
            if (_paths.Count < MaxPaths)
            {
                _paths.Add(path);
            }

            if (access.IsMalformed)
            {
                Add(ScannerSign.MalformedRequests, access.Target);
            }

            if (ScannerSigns.IsScannerAgent(access.Agent))
            {
                Add(ScannerSign.ScannerAgent, access.Agent);
            }

            var signs = ScannerSigns.OfTarget(access.Target) | (ScannerSigns.OfTarget(access.Agent) & (1 << (int)ScannerSign.CommandInjection));
            for (var sign = ScannerSign.ProbingPaths; signs != 0 && sign <= ScannerSign.CommandInjection; sign++)
            {
                if ((signs & (1 << (int)sign)) != 0)
                {
                    Add(sign, access.Target);
                }
            }

            if ((signs & (1 << (int)ScannerSign.ProbingPaths)) != 0 && _probed.Count < 16)
            {
                _probed.Add(path);
            }
        }

        private void Add(ScannerSign sign, ReadOnlySpan<char> example)
        {
            var (count, examples) = _signs.TryGetValue(sign, out var known) ? known : (0, []);
            if (examples.Count < 3)
            {
                var text = example.Length > 160 ? string.Concat(example[..160], "...") : example.ToString();
                if (!examples.Contains(text))
                {
                    examples.Add(text);
                }
            }

            _signs[sign] = (count + 1, examples);
        }
    }
}
