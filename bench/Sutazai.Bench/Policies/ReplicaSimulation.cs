using System.Globalization;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.Bench.Policies;

/// <summary>
/// Several servers with the same model and many agents whose prompts begin with long instructions: how much of that beginning has to be
/// evaluated again, and how long callers wait for the first token, by the rule that picks the server. Each server works on one request at a
/// time and keeps the beginnings of the last eight agents' prompts.
/// </summary>
internal static class ReplicaSimulation
{
    private const int Seeds = 8;
    private const int Kept = 8;

    private static readonly SimModel s_model = SimModel.Small("a-1b");
    private static readonly string[] s_names = ["round robin", "least connections", "sticky", "ours"];

    public static void Run()
    {
        Console.WriteLine("""
            ## Several servers, prompts with long beginnings

            10 agents a server, one of thirty ten times as loud as the others; each prompt begins with its agent's 600 to 2,400 tokens. Load 0.8, were six of ten beginnings evaluated.

            | servers | | evaluated of all prompts | first token p50 s | p95 s |
            | ---: | --- | ---: | ---: | ---: |
            """);
        foreach (var servers in new[] { 2, 4 })
        {
            foreach (var name in s_names)
            {
                var runs = Enumerable.Range(1, Seeds).Select(seed => Play(name, servers, seed)).ToList();
                string Median(Func<Result, double> of) => Medians.Of(runs.Select(of)).ToString("0.00", CultureInfo.InvariantCulture);
                Console.WriteLine($"| {servers} | {name} | {Median(r => r.Evaluated)} | {Median(r => r.First(0.5))} | {Median(r => r.First(0.95))} |");
            }
        }

        Console.WriteLine();
    }

    private static Result Play(string name, int servers, int seed)
    {
        var requests = Requests(servers, seed);
        var time = new VirtualTime();
        IPlacement placement = name == "ours" ? new Ours(servers, time) : new Lines(name, servers);
        var machines = Enumerable.Range(0, servers).Select(_ => new Server()).ToList();
        Queue<Request> arriving = new(requests);
        while (true)
        {
            var arrives = arriving.TryPeek(out var next) ? next.Arrival : double.PositiveInfinity;
            var busy = machines.Where(m => m.Work is not null).MinBy(m => m.Ends);
            if (double.IsInfinity(Math.Min(arrives, busy?.Ends ?? double.PositiveInfinity)))
            {
                return new Result(requests);
            }

            if (busy is null || arrives <= busy.Ends)
            {
                time.Seconds = arrives;
                placement.Arrive(arriving.Dequeue());
            }
            else
            {
                time.Seconds = busy.Ends;
                placement.Done(machines.IndexOf(busy), busy.Work!);
                busy.Work = null;
            }

            for (var at = 0; at < servers; at++)
            {
                if (machines[at].Work is null && placement.Next(at) is { } request)
                {
                    machines[at].Begin(request, time.Seconds);
                }
            }
        }
    }

    private static List<Request> Requests(int servers, int seed)
    {
        var random = new Random(seed);
        var agents = Enumerable.Range(1, 10 * servers).Select(rank => (Weight: rank % 30 == 1 ? 10.0 : 1.0, Prefix: random.Next(600, 2400))).ToList();
        var weight = agents.Sum(a => a.Weight);
        List<Request> requests = [];
        var (mean, at) = (((150 + (0.6 * 1500)) / s_model.Prefill) + (110 / s_model.Generation), 0.0);
        while (at < 3600)
        {
            at += -Math.Log(1 - random.NextDouble()) * mean / (0.8 * servers);
            var pick = random.NextDouble() * weight;
            var agent = agents.FindIndex(a => (pick -= a.Weight) <= 0);
            requests.Add(new Request(agent, agents[agent].Prefix, random.Next(50, 250), random.Next(20, 200), at));
        }

        return requests;
    }

    private sealed class Request(int agent, int prefix, int question, int answer, double arrival)
    {
        public int Agent => agent;

        public int Prefix => prefix;

        public int Question => question;

        public int Answer => answer;

        public double Arrival => arrival;

        public int Evaluated { get; set; }

        public double FirstToken { get; set; }
    }

    private sealed record Result(IReadOnlyList<Request> Requests)
    {
        public double Evaluated => Requests.Sum(r => r.Evaluated) / (double)Requests.Sum(r => r.Prefix + r.Question);

        public double First(double quantile) => Requests.Select(r => r.FirstToken - r.Arrival).Order().ElementAt((int)((Requests.Count - 1) * quantile));
    }

    private sealed class Server
    {
        private readonly List<int> _known = [];

        public Request? Work { get; set; }

        public double Ends { get; private set; }

        public void Begin(Request request, double now)
        {
            var known = _known.Remove(request.Agent);
            _known.Add(request.Agent);
            if (_known.Count > Kept)
            {
                _known.RemoveAt(0);
            }

            request.Evaluated = request.Question + (known ? 0 : request.Prefix);
            request.FirstToken = now + (request.Evaluated / s_model.Prefill);
            Work = request;
            Ends = request.FirstToken + (request.Answer / s_model.Generation);
        }
    }

    private interface IPlacement
    {
        void Arrive(Request request);

        Request? Next(int server);

        void Done(int server, Request request);
    }

    /// <summary>A line before each server, first come, first served.</summary>
    private sealed class Lines(string rule, int servers) : IPlacement
    {
        private readonly Queue<Request>[] _lines = [.. Enumerable.Range(0, servers).Select(_ => new Queue<Request>())];
        private readonly int[] _open = new int[servers];
        private readonly Dictionary<int, int> _stuck = [];
        private int _turn;

        public void Arrive(Request request)
        {
            var server = rule switch
            {
                "round robin" => _turn++ % servers,
                "sticky" when _stuck.TryGetValue(request.Agent, out var known) => known,
                _ => _stuck[request.Agent] = Array.IndexOf(_open, _open.Min()),
            };
            _open[server]++;
            _lines[server].Enqueue(request);
        }

        public Request? Next(int server) => _lines[server].TryDequeue(out var request) ? request : null;

        public void Done(int server, Request request) => _open[server]--;
    }

    /// <summary>The router's schedulers and its placement, the classes that production runs.</summary>
    private sealed class Ours(int servers, VirtualTime time) : IPlacement
    {
        private readonly ModelScheduler[] _machines = Make(servers, new SchedulerOptions { OwnsResidency = false, MaxWaiting = 100_000, MaxWait = TimeSpan.FromHours(2), Prefixes = Kept, Bytes = _ => s_model.Bytes }, time);
        private readonly Dictionary<Request, Ticket> _tickets = [];

        private static ModelScheduler[] Make(int servers, SchedulerOptions options, VirtualTime time)
        {
            var shares = new FairShares();
            return [.. Enumerable.Range(0, servers).Select(_ => new ModelScheduler(options, time, shares))];
        }

        public void Arrive(Request request)
        {
            var demand = new Demand(s_model.Name, $"agent-{request.Agent}", request.Prefix + request.Question) { Prefix = (ulong)request.Agent, PrefixTokens = request.Prefix };
            var ticket = Placement.Arrive(demand, _machines, out _) ?? throw new InvalidOperationException("The pool refused.");
            ticket.Tag = request;
            _tickets[request] = ticket;
        }

        public Request? Next(int server) => _machines[server].Decide() is [StartWork start] ? (Request)start.Ticket.Tag! : null;

        public void Done(int server, Request request) => _machines[server].Finished(
            _tickets[request], new WorkDone(request.Evaluated, request.Answer, request.Evaluated / s_model.Prefill, request.Answer / s_model.Generation));
    }
}
