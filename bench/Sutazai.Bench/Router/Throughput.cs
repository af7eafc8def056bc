using System.Globalization;
using System.Text.Json;

namespace Sutazai.Bench.Router;

/// <summary>Many short calls, 32 at a time and one at a time (G1 to G7).</summary>
internal static class Throughput
{
    private const int Seconds = 5;

    /// <summary>Of the round that is not counted: a just-in-time compiler, ours or V8, is at work for most of a minute.</summary>
    private const int WarmUpSeconds = 30;
    private const int Busy = 32;
    private const int Probes = 20;

    public static async Task<IReadOnlyList<Goal>> RunAsync(string folder, int rounds, CancellationToken cancellationToken)
    {
        using var upstream = NginxServers.Upstream(folder);
        using var contestants = await Contestants.StartAsync(upstream, folder, streams: false, cancellationToken);
        using var http = ChatClient.Plain();
        var loads = contestants.All.Select(c => new Load(c)).ToList();
        Contestant[] ours = [contestants.Router, .. contestants.Native is null ? [] : (Contestant[])[contestants.Native], contestants.Gateway];
        List<Load> hits = [];
        foreach (var contestant in ours)
        {
            if (await AnswersRepeatsAsync(contestant, upstream, http, cancellationToken))
            {
                hits.Add(new Load(contestant));
            }
        }

        for (var round = 0; round <= rounds; round++)
        {
            await Console.Error.WriteLineAsync($"throughput, round {round} of {rounds}");
            var seconds = round == 0 ? WarmUpSeconds : Seconds;
            foreach (var load in loads)
            {
                var before = await NginxServers.CountAsync(upstream, http, cancellationToken);
                var run = await RunAsync(load.Contestant, Busy, seconds, folder, Unique($"{round}-{load.Contestant.Name}-busy"), cancellationToken);
                load.Add(load.Busy, run, await NginxServers.CountAsync(upstream, http, cancellationToken) - before - 1, round);
            }

            foreach (var load in hits)
            {
                var before = await NginxServers.CountAsync(upstream, http, cancellationToken);
                var run = await RunAsync(load.Contestant, Busy, seconds, folder, Same, cancellationToken);
                load.Add(load.Busy, run, await NginxServers.CountAsync(upstream, http, cancellationToken) - before - 1, round);
            }

            foreach (var load in loads)
            {
                var run = await RunAsync(load.Contestant, 1, Seconds, folder, Unique($"{round}-{load.Contestant.Name}-alone"), cancellationToken);
                load.Add(load.Alone, run, null, round);
            }
        }

        foreach (var load in loads)
        {
            load.Resident = load.Contestant == contestants.Portkey ? contestants.PortkeyProcess.ResidentMegabytes()
                : load.Contestant == contestants.Nginx ? contestants.NginxProcess.ResidentMegabytes()
                : load.Contestant == contestants.Direct ? upstream.ResidentMegabytes()
                : load.Contestant == contestants.Native ? contestants.NativeProcess!.ResidentMegabytes()
                : contestants.OurProcess.ResidentMegabytes();
        }

        Print(loads, hits, rounds);
        Load Of(Contestant contestant) => loads.Find(l => l.Contestant == contestant)!;
        var peers = new Peers(Of(contestants.Direct), Of(contestants.Nginx), Of(contestants.Portkey));
        return
        [
            .. RouterGoals("", Of(contestants.Router), peers),
            .. contestants.Native is { } native ? RouterGoals(", compiled ahead of time", Of(native), peers) : [],
            .. SharedGoals(Of(contestants.Gateway), hits.Find(h => h.Contestant == contestants.Router), peers),
        ];
    }

    /// <summary>Whether a question already answered is answered without the upstream. Asked one after the other, so that nothing shares a call under way.</summary>
    private static async Task<bool> AnswersRepeatsAsync(Contestant contestant, HostProcess upstream, HttpClient http, CancellationToken cancellationToken)
    {
        using var client = new ChatClient(contestant);
        var before = await NginxServers.CountAsync(upstream, http, cancellationToken);
        for (var i = 0; i < Probes; i++)
        {
            using var response = await client.SendAsync(new Order("repeated by " + contestant.Name), stream: false, cancellationToken);
            await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken);
        }

        return await NginxServers.CountAsync(upstream, http, cancellationToken) - before - 1 < Probes;
    }

    private static async Task<Wrk> RunAsync(Contestant contestant, int connections, int seconds, string folder, string request, CancellationToken cancellationToken)
    {
        var script = Path.Combine(folder, "load.lua");
        var headers = string.Concat(contestant.Headers().Append(("Content-Type", "application/json")).Select(h => $"wrk.headers[\"{h.Item1}\"] = \"{h.Item2}\"\n"));
        await File.WriteAllTextAsync(script, $"wrk.method = \"POST\"\n{headers}{request}", cancellationToken);
        return await Wrk.RunAsync(contestant.Chat.ToString(), connections, seconds, script, cancellationToken);
    }

    private static string Body(string question) =>
        $$"""{"model":"bench","temperature":0,"messages":[{"role":"system","content":"You are a terse assistant."},{"role":"user","content":{{JsonSerializer.Serialize(question)}}}]}""";

    /// <summary>No two requests of the whole run are the same, so no cache has the answer.</summary>
    private static string Unique(string run)
    {
        var body = Body($"What is said of number @ of {run}?").Split('@');
        return $"""
            local n = 0
            request = function()
              n = n + 1
              return wrk.format(nil, nil, nil, '{body[0]}' .. n .. '{body[1]}')
            end
            """;
    }

    private static string Same => $"wrk.body = '{Body("What is always the same?")}'";

    private static List<Goal> RouterGoals(string how, Load router, Peers peers) =>
    [
        Goal.AtLeast("G1", $"router's req/s to Portkey's, cache miss{how}", Rates(router, peers.Portkey), 10, 20),
        Goal.AtLeast("G2", $"router's req/s to nginx's{how}", Rates(router, peers.Nginx), 0.3, 0.5),
        Added("G3", $"router's added p50 to Portkey's, one at a time{how}", router, peers, l => l.Alone, w => w.P50, 1.0 / 5, 1.0 / 10),
        Added("G5", $"router's added p99 to Portkey's, {Busy} at a time{how}", router, peers, l => l.Busy, w => w.P99, 1.0 / 5, 1.0 / 10),
        Goal.AtMost("G6", $"resident memory after the load to Portkey's{how}", Spread.Of([router.Resident / peers.Portkey.Resident]), 0.6, 0.4),
    ];

    private static List<Goal> SharedGoals(Load gateway, Load? hits, Peers peers) =>
    [
        Added("G4", "gateway and router's added p50 to Portkey's, one at a time", gateway, peers, l => l.Alone, w => w.P50, 1.0 / 3, 1.0 / 5),
        hits is null
            ? new Goal("G7", "router's req/s from its cache to Portkey's, cache miss", "", "≥ 15", "≥ 30", "not there")
            : Goal.AtLeast("G7", "router's req/s from its cache to Portkey's, cache miss", Rates(hits, peers.Portkey), 15, 30),
    ];

    private static Spread Rates(Load of, Load to) => Spread.Of(of.Busy.Zip(to.Busy, (a, b) => Good(a) / Good(b)));

    // Alone, the upstream takes both cores for itself, and on a busy machine its own slowest answers can take longer than through a
    // contestant. A difference below zero is no time that could be compared.
    private static Goal Added(string id, string what, Load of, Peers peers, Func<Load, List<Wrk>> runs, Func<Wrk, double> time, double floor, double moonshot)
    {
        var added = runs(of).Zip(runs(peers.Direct), runs(peers.Portkey)).Select(r => (Ours: time(r.First) - time(r.Second), Theirs: time(r.Third) - time(r.Second))).ToList();
        var goal = Goal.AtMost(id, what, Spread.Of(added.Select(a => a.Ours / a.Theirs)), floor, moonshot);
        var comparable = Spread.Of(added.Select(a => a.Ours)).Low > 0 && Spread.Of(added.Select(a => a.Theirs)).Low > 0;
        return comparable ? goal : goal with { Met = "not to be said: the upstream alone was slower in too many rounds" };
    }

    private static void Print(List<Load> loads, List<Load> hits, int rounds)
    {
        var direct = loads[0];
        Console.WriteLine(
            $"\n## Short calls\n\n{rounds} interleaved rounds of {Seconds} s after one of {WarmUpSeconds} s that is not counted, an answer of about 1 KB: median (quartiles). Req/s counts good answers only. "
            + $"Ours runs with ModelRouter:Concurrency={Contestants.Concurrency}, where its default is 1; its router and its gateway are one process, which bore the load of both. "
            + "Resident memory of nginx counts pages that its workers share more than once.\n");
        Console.WriteLine($"| | req/s, {Busy} at a time | p50 ms | p99 ms | added p99 ms | p50 ms, one at a time | added p50 ms | upstream calls an answer | errors | resident MB |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var load in loads)
        {
            var addedP99 = Spread.Of(load.Busy.Zip(direct.Busy, (a, b) => a.P99 - b.P99));
            var addedP50 = Spread.Of(load.Alone.Zip(direct.Alone, (a, b) => a.P50 - b.P50));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {load.Contestant.Name} | {Of(load.Busy, Good).In("0")} | {Of(load.Busy, w => w.P50).In("0.00")} | {Of(load.Busy, w => w.P99).In("0.00")} | {addedP99.In("0.00")} | {Of(load.Alone, w => w.P50).In("0.000")} | {addedP50.In("0.000")} | {load.UpstreamShare:0.00} | {load.Errors} | {load.Resident:0} |"));
        }

        foreach (var load in hits)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {load.Contestant.Name}, from its cache | {Of(load.Busy, Good).In("0")} | {Of(load.Busy, w => w.P50).In("0.00")} | {Of(load.Busy, w => w.P99).In("0.00")} | | | | {load.UpstreamShare:0.00} | {load.Errors} | |"));
        }
    }

    private static Spread Of(List<Wrk> runs, Func<Wrk, double> value) => Spread.Of(runs.Select(value));

    /// <summary>Refusing is quicker than answering, so it must not count.</summary>
    private static double Good(Wrk run) => run.Answers == 0 ? 0 : run.Rate * Math.Max(0, run.Answers - run.Errors) / run.Answers;

    private sealed record Peers(Load Direct, Load Nginx, Load Portkey);

    private sealed class Load(Contestant contestant)
    {
        private long _upstreamCalls;

        public Contestant Contestant => contestant;

        public List<Wrk> Busy { get; } = [];

        public List<Wrk> Alone { get; } = [];

        public double Resident { get; set; }

        public long Errors => Busy.Concat(Alone).Sum(w => w.Errors);

        public double UpstreamShare => (double)_upstreamCalls / Busy.Sum(w => w.Answers);

        public void Add(List<Wrk> runs, Wrk run, long? upstreamCalls, int round)
        {
            if (round > 0)
            {
                runs.Add(run);
                _upstreamCalls += upstreamCalls ?? 0;
            }
        }
    }
}
