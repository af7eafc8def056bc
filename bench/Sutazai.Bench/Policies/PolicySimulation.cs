using System.Globalization;
using Sutazai.Bench.Router;
using Sutazai.ModelRouter.Scheduling;

namespace Sutazai.Bench.Policies;

/// <summary>
/// The scenarios of the router study on the production scheduler with a virtual clock, against models of Ollama's scheduler, llama-swap's
/// collation and ollamaMQ's fair queue. The same requests for all; medians over the seeds.
/// </summary>
internal static class PolicySimulation
{
    private const int Seeds = 8;
    private const int MostReplays = 30;

    private static readonly string[] s_names = ["Ollama", "collation", "request-fair", "ours"];

    /// <param name="chart">The file that the chart is written to.</param>
    public static void Run(string chart)
    {
        File.WriteAllText(chart, PolicyChart.Of(s_names, Days()));
        Foresight();
        Burst();
        Floods();
        Cancelling();
        Duplicates();
        Rare();
        ReplicaSimulation.Run();
    }

    private static Outcome Play(
        string policy, Func<int, List<Job>> jobs, int seed, int loaded, bool disk, SchedulerOptions? options = null, bool cancels = true, bool singleFlight = true, int? unhurried = null)
    {
        var time = new VirtualTime();
        var machine = new Machine(loaded, disk, time);
        var all = jobs(seed);
        Policy plays = policy switch
        {
            "Ollama" => new OllamaPolicy(cancels),
            "collation" => new CollatingPolicy(),
            "request-fair" => new RequestFairPolicy(time),
            _ => new OurPolicy((options ?? new SchedulerOptions { MaxWaiting = 10_000 }) with { MaxLoaded = loaded, Preloads = true }, time, singleFlight, unhurried),
        };
        machine.Run(all, plays);
        return new Outcome(all, machine.Swaps, machine.Worked.Wasted, machine.Worked.All);
    }

    private static double Median(Func<int, double> of) => Medians.Of(Enumerable.Range(1, Seeds).Select(of));

    private static List<PolicyChart.Day> Days()
    {
        List<PolicyChart.Day> days = [];
        Console.WriteLine("""
            ## Four hours, 150 agents, six models

            Goodput: finished before its client left, of all that were asked. Each cell: Ollama / collation / request-fair / ours.

            | load | loaded at once, from | goodput | swaps | interactive p50 s | p95 s | worst 5 % of agents |
            | ---: | --- | --- | --- | --- | --- | --- |
            """);
        foreach (var (load, loaded, disk) in new[] { (0.5, 2, true), (0.8, 1, true), (0.8, 2, true), (1.1, 1, true), (1.1, 2, true), (1.1, 3, false) })
        {
            var runs = s_names.Select(n => Enumerable.Range(1, Seeds).Select(seed => Play(n, s => Workloads.Day(s, load), seed, loaded, disk)).ToList()).ToList();
            string Row(Func<Outcome, double> of, string format) => string.Join(" / ", runs.Select(r => Medians.Of(r.Select(of)).ToString(format, CultureInfo.InvariantCulture)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {load} | {loaded}, {(disk ? "disk" : "page cache")} | {Row(o => o.Goodput, "0.000")} | {Row(o => o.Swaps, "0")} | {Row(o => o.Interactive(0.5), "0")} | {Row(o => o.Interactive(0.95), "0")} | {Row(o => o.WorstAgents, "0.000")} |"));
            days.Add(new($"load {load.ToString(CultureInfo.InvariantCulture)}", $"{loaded} loaded, {(disk ? "disk" : "cache")}", [.. runs.Select(r => Spread.Of(r.Select(o => o.Goodput)))], [.. runs.Select(r => Spread.Of(r.Select(o => o.WorstAgents)))]));
        }

        Console.WriteLine();
        return days;
    }

    /// <summary>What the scheduler says of the future, against what came or would have come.</summary>
    private static void Foresight()
    {
        Console.WriteLine($"""
            ## Foresight

            The error of the wait predicted on arrival is taken as part of the wait that came, over the calls served after at least a second. Of the calls refused for
            their deadline (up to {MostReplays} a seed, evenly spread), each is replayed in a run of its own in which the scheduler is not told this one call's deadline; it was refused in vain if it then ends in time.

            | load | loaded at once, from | median error of the wait | refused on arrival, a run | in vain | refused while waiting, a run | in vain |
            | ---: | --- | ---: | ---: | ---: | ---: | ---: |
            """);
        foreach (var (load, loaded, disk) in new[] { (0.8, 1, true), (0.8, 2, true), (1.1, 1, true), (1.1, 2, true) })
        {
            var runs = Enumerable.Range(1, Seeds).Select(seed => (Seed: seed, Outcome: Play("ours", s => Workloads.Day(s, load), seed, loaded, disk))).ToList();
            var refused = runs.ConvertAll(r => r.Outcome.Jobs.Where(j => j.Refused).ToList());
            var replayed = runs.SelectMany((r, at) => EvenlyOf(refused[at], MostReplays).Select(j =>
                (AtOnce: j.RefusedAt <= j.Arrival, Job: Play("ours", s => Workloads.Day(s, load), r.Seed, loaded, disk, unhurried: j.Number).Jobs[j.Number]))).ToList();
            string InVain(bool atOnce) => replayed.Where(j => j.AtOnce == atOnce && !j.Job.Refused).ToList() is { Count: > 0 } known
                ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * known.Count(j => j.Job.InTime) / known.Count:0.0} % of {known.Count}")
                : "none";
            string Each(bool atOnce) => Medians.Of(refused.Select(r => (double)r.Count(j => j.RefusedAt <= j.Arrival == atOnce))).ToString("0.#", CultureInfo.InvariantCulture);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {load} | {loaded}, {(disk ? "disk" : "page cache")} | {Spread.Of(runs.Select(r => 100 * r.Outcome.PredictionError)).In("0")} % | {Each(true)} | {InVain(true)} | {Each(false)} | {InVain(false)} |"));
        }

        Console.WriteLine();
    }

    private static IEnumerable<Job> EvenlyOf(List<Job> jobs, int most) => jobs.Where((_, at) => jobs.Count <= most || at * most / jobs.Count > (at - 1) * most / jobs.Count);

    private static void Burst()
    {
        Console.WriteLine("""
            ## A burst of 300 over six models

            | loaded | | Ollama | collation | request-fair | ours |
            | ---: | --- | ---: | ---: | ---: | ---: |
            """);
        foreach (var loaded in new[] { 1, 2 })
        {
            Rows($"{loaded}", s => Workloads.Burst(s, 300), loaded, new SchedulerOptions { MaxWaiting = 1000, MaxBatchWait = TimeSpan.FromHours(24) }, ("served", o => o.Served), ("makespan s", o => o.Makespan), ("swaps", o => o.Swaps), ("p50 s", o => o.Latency(0.5, _ => true)));
        }

        Console.WriteLine();
    }

    private static void Floods()
    {
        Console.WriteLine("""
            ## Loud agents

            | | | Ollama | collation | request-fair | ours |
            | --- | --- | ---: | ---: | ---: | ---: |
            """);
        static bool Light(Job j) => j.Agent.StartsWith("light", StringComparison.Ordinal);
        Rows("400 at once", s => Workloads.Flood(s, 400), 1, ("light p50 s", o => o.Latency(0.5, Light)), ("light p95 s", o => o.Latency(0.95, Light)));
        Rows("ten times as long", Workloads.LongRequests, 1, ("light p50 s", o => o.Latency(0.5, Light)), ("light p95 s", o => o.Latency(0.95, Light)), ("served", o => o.Served));
        Console.WriteLine();
    }

    private static void Cancelling()
    {
        var without = Median(s => Play("Ollama", x => Workloads.Day(x, 1.1), s, 2, true, cancels: false).Goodput);
        var with = Median(s => Play("Ollama", x => Workloads.Day(x, 1.1), s, 2, true).Goodput);
        var ours = Median(s => Play("ours", x => Workloads.Day(x, 1.1), s, 2, true).Goodput);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            ## Clients that leave, load 1.1, two models loaded

            | | Ollama behind a proxy that does not cancel | Ollama | ours |
            | --- | ---: | ---: | ---: |
            | goodput | {without:0.000} | {with:0.000} | {ours:0.000} |

            """));
    }

    private static void Duplicates()
    {
        static List<Job> Jobs(int seed) => Workloads.Day(seed, 1.3, duplicates: 0.4);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            ## 40 % of the requests come twice, load 1.3, two models loaded

            | | Ollama | request-fair | ours without single flight | ours |
            | --- | ---: | ---: | ---: | ---: |
            | goodput | {Median(s => Play("Ollama", Jobs, s, 2, true).Goodput):0.000} | {Median(s => Play("request-fair", Jobs, s, 2, true).Goodput):0.000} | {Median(s => Play("ours", Jobs, s, 2, true, singleFlight: false).Goodput):0.000} | {Median(s => Play("ours", Jobs, s, 2, true).Goodput):0.000} |

            """));
    }

    private static void Rare()
    {
        Console.WriteLine("""
            ## A model that is always asked for, and one that is asked for every five minutes; one loaded; our bound is 240 s

            | | | Ollama | collation | request-fair | ours |
            | --- | --- | ---: | ---: | ---: | ---: |
            """);
        static bool Is(Job j) => j.Agent == "rare";
        var options = new SchedulerOptions { MaxWaiting = 10_000, MaxWait = TimeSpan.FromSeconds(240) };
        Rows("", Workloads.Rare, 1, options, ("longest wait of the rare one, s", o => o.Wait(Is)), ("longest wait of all, s", o => o.Wait(_ => true)), ("served", o => o.Served));
        Console.WriteLine();
    }

    private static void Rows(string name, Func<int, List<Job>> jobs, int loaded, params (string Name, Func<Outcome, double> Of)[] measures) => Rows(name, jobs, loaded, null, measures);

    private static void Rows(string name, Func<int, List<Job>> jobs, int loaded, SchedulerOptions? options, params (string Name, Func<Outcome, double> Of)[] measures)
    {
        var runs = s_names.Select(n => Enumerable.Range(1, Seeds).Select(seed => Play(n, jobs, seed, loaded, true, options)).ToList()).ToList();
        foreach (var measure in measures)
        {
            Console.WriteLine($"| {name} | {measure.Name} | {string.Join(" | ", runs.Select(r => Medians.Of(r.Select(measure.Of)).ToString("0.##", CultureInfo.InvariantCulture)))} |");
        }
    }
}

/// <summary>What came of the same requests under one policy.</summary>
internal sealed record Outcome(IReadOnlyList<Job> Jobs, int Swaps, double Wasted, double Worked)
{
    public double Goodput => Jobs.Count(j => j.InTime) / (double)Jobs.Count;

    public double Makespan => Jobs.Max(j => j.Finished ?? 0);

    public double Served => Jobs.Count(j => j.Finished is not null);

    /// <summary>Mean goodput of the twentieth of the agents that fared worst.</summary>
    public double WorstAgents
    {
        get
        {
            var agents = Jobs.GroupBy(j => j.Agent).Select(g => g.Count(j => j.InTime) / (double)g.Count()).Order().ToList();
            return agents.Take(Math.Max(1, agents.Count / 20)).Average();
        }
    }

    /// <summary>Median of the errors of the predicted waits, as parts of the waits, of those that waited a second or more.</summary>
    public double PredictionError => Medians.Of(Jobs
        .Where(j => j is { Finished: not null, Predicted: not null } && j.Started - j.Arrival >= 1)
        .Select(j => Math.Abs(j.Predicted!.Value - (j.Started!.Value - j.Arrival)) / (j.Started.Value - j.Arrival)));

    public double Interactive(double quantile) => Latency(quantile, j => !j.Batch && j.InTime);

    public double Latency(double quantile, Func<Job, bool> which) => Quantile(Jobs.Where(which).Select(j => j.Latency), quantile);

    public double Wait(Func<Job, bool> which) => Jobs.Where(j => which(j) && j.Started is not null).Max(j => j.Started!.Value - j.Arrival);

    private static double Quantile(IEnumerable<double> values, double quantile)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[(int)((sorted.Count - 1) * quantile)];
    }
}

internal static class Medians
{
    public static double Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
