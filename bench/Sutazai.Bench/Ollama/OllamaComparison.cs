using System.Globalization;
using Sutazai.Bench.Policies;
using Sutazai.Bench.Router;

namespace Sutazai.Bench.Ollama;

/// <summary>
/// Four scenarios of the policies over real HTTP: clients that ask the Ollama simulator against clients that ask our router before it. The machine
/// is a hundred times as fast as a CPU, and the router's bounds are a hundredth; what is printed is the simulated machine's time.
/// </summary>
internal static class OllamaComparison
{
    private const int Rounds = 3;
    private const double RareBound = 240;

    private static readonly TimeSpan s_longBound = TimeSpan.FromHours(24) * HastyMachine.Scale;

    private static readonly Scenario[] s_scenarios =
    [
        new("burst of 300 over six models, one loaded", seed => Workloads.Burst(seed, 300), [$"MaxBatchWait={s_longBound}"], ("p50 s", o => o.Latency(0.5, _ => true)), ("makespan s", o => o.Makespan), ("loads", o => o.Swaps), ("served", o => o.Served)),
        new("one agent sends 400 at once", seed => Workloads.Flood(seed, 400), [], ("light p95 s", o => o.Latency(0.95, IsLight)), ("light p50 s", o => o.Latency(0.5, IsLight)), ("light served", o => o.Jobs.Count(j => IsLight(j) && j.Finished is not null)), ("served", o => o.Served)),
        new("170 with four values of num_ctx", seed => Workloads.Contexts(seed, 170), [$"MaxBatchWait={s_longBound}"], ("loads", o => o.Swaps), ("makespan s", o => o.Makespan), ("p50 s", o => o.Latency(0.5, _ => true)), ("served", o => o.Served)),
        new("a rare model beside a busy one", Workloads.Rare, [$"MaxWait={TimeSpan.FromSeconds(RareBound) * HastyMachine.Scale}"], ("longest wait of the rare one s", o => o.Wait(IsRare)), ("longest wait of all s", o => o.Wait(_ => true)), ("loads", o => o.Swaps), ("served", o => o.Served)),
    ];

    /// <param name="args"><c>[rounds]</c></param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var rounds = Rounds;
        if (args.Length > 1 || (args.Length == 1 && !(int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out rounds) && rounds > 0)))
        {
            await Console.Error.WriteLineAsync($"ollama [rounds, default {Rounds}]");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("sutazai-bench-");
        try
        {
            foreach (var scenario in s_scenarios)
            {
                for (var round = 1; round <= rounds; round++)
                {
                    await Console.Error.WriteLineAsync($"{scenario.Name}, round {round} of {rounds}");
                    await using (var alone = await Server.AloneAsync(default))
                    {
                        scenario.Alone.Add(await alone.PlayAsync(scenario.Jobs(round), default));
                    }

                    await using var ours = await Server.BehindRouterAsync(folder.FullName, scenario.Settings, default);
                    scenario.Ours.Add(await ours.PlayAsync(scenario.Jobs(round), default));
                }

                scenario.Print();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Check(s_scenarios[0]);
        var (burst, flood, contexts, rare) = (s_scenarios[0], s_scenarios[1], s_scenarios[2], s_scenarios[3]);
        Goal.Print(
        [
            Goal.AtMost("G13", "burst: p50 to Ollama's", burst.Ratio(0), 1 / 2.5, 1 / 4.0),
            Goal.AtMost("G13", "burst: loads to Ollama's", burst.Ratio(2), 1 / 8.0, 1 / 10.0),
            Goal.AtMost("G14", "flood: light agents' p95 to Ollama's", flood.Ratio(0), 1 / 20.0, 1 / 80.0),
            Goal.AtMost("G16", "num_ctx: loads to Ollama's", contexts.Ratio(0), 1 / 50.0, 1 / 100.0),
            Goal.AtMost("G16", "num_ctx: makespan to Ollama's", contexts.Ratio(1), 0.6, 0.5),
            Goal.AtMost("G17", "rare model's longest wait to Ollama's", rare.Ratio(0), 1 / 10.0, 1 / 15.0),
        ]);
        return 0;
    }

    private static bool IsLight(Job job) => job.Agent.StartsWith("light", StringComparison.Ordinal);

    private static bool IsRare(Job job) => job.Agent == "rare";

    /// <summary>Whether this machine keeps up with the simulated one: the same burst by a virtual clock takes as long.</summary>
    private static void Check(Scenario burst)
    {
        var ratios = burst.Alone.Select((measured, at) =>
        {
            var jobs = burst.Jobs(at + 1);
            new Machine(1, fromDisk: true, new VirtualTime()).Run(jobs, new OllamaPolicy());
            return measured.Makespan / jobs.Max(j => j.Finished!.Value);
        });
        Console.WriteLine($"\nThe burst's makespan on Ollama alone, to that of the same policy by a virtual clock: {Spread.Of(ratios).In("0.000")}. Above 1 is what HTTP, timers and this machine add.");
    }

    /// <param name="Settings">The router's.</param>
    private sealed record Scenario(string Name, Func<int, List<Job>> Jobs, string[] Settings, params (string Name, Func<Outcome, double> Of)[] Measures)
    {
        public List<Outcome> Alone { get; } = [];

        public List<Outcome> Ours { get; } = [];

        public Spread Ratio(int measure) => Spread.Of(Ours.Zip(Alone, (ours, alone) => Measures[measure].Of(ours) / Measures[measure].Of(alone)));

        public void Print()
        {
            Console.WriteLine($"\n## {Name}\n\n| | Ollama alone | ours | ours to Ollama |\n| --- | ---: | ---: | ---: |");
            for (var at = 0; at < Measures.Length; at++)
            {
                var measure = Measures[at];
                Console.WriteLine($"| {measure.Name} | {Spread.Of(Alone.Select(measure.Of)).In("0.#")} | {Spread.Of(Ours.Select(measure.Of)).In("0.#")} | {Ratio(at).In("0.000")} |");
            }
        }
    }
}
