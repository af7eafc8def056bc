using System.Globalization;
using Sutazai.Bench.Policies;
using Sutazai.Bench.Router;

namespace Sutazai.Bench.Ollama;

/// <summary>
/// Scenarios of the policies over real HTTP: clients that ask the Ollama simulator against clients that ask our router before it. The machine
/// is a hundred times as fast as a CPU, and the router's bounds are a hundredth; what is printed is the simulated machine's time.
/// </summary>
internal static class OllamaComparison
{
    private const int Rounds = 3;
    private const double RareBound = 240;

    private static readonly TimeSpan s_longBound = TimeSpan.FromHours(24) * HastyMachine.Scale;

    private static readonly Scenario[] s_scenarios =
    [
        new(
            "burst", "burst of 300 over six models, one loaded", seed => Workloads.Burst(seed, 300), [$"MaxBatchWait={s_longBound}"],
            new("p50 s", o => o.Latency(0.5, _ => true)) { Goal = ("G13", 1 / 2.5, 1 / 4.0) },
            new("makespan s", o => o.Makespan),
            new("loads", o => o.Swaps) { Goal = ("G13", 1 / 8.0, 1 / 10.0) },
            new("served", o => o.Served)),
        new(
            "flood", "one agent sends 400 at once", seed => Workloads.Flood(seed, 400), [],
            new("light p95 s", o => o.Latency(0.95, IsLight)) { Goal = ("G14", 1 / 20.0, 1 / 80.0) },
            new("light p50 s", o => o.Latency(0.5, IsLight)),
            new("light served", o => o.Jobs.Count(j => IsLight(j) && j.Finished is not null)),
            new("served", o => o.Served)),
        Contexts("contexts", "170 with four values of num_ctx, no two prompts begin alike", instructed: false),
        Contexts("instructions", "170 with four values of num_ctx, each agent's prompts begin with its instructions", instructed: true),
        new(
            "rare", "a rare model beside a busy one", Workloads.Rare, [$"MaxWait={TimeSpan.FromSeconds(RareBound) * HastyMachine.Scale}"],
            new("longest wait of the rare one s", o => o.Wait(IsRare)) { Goal = ("G17", 1 / 10.0, 1 / 15.0) },
            new("longest wait of all s", o => o.Wait(_ => true)),
            new("loads", o => o.Swaps),
            new("served", o => o.Served))
        {
            // One call in twelve decides, so there are as many as by the virtual clock.
            Rounds = 8,
        },
    ];

    /// <param name="args"><c>[rounds] [scenario]</c></param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        int? rounds = args is [var first, ..] && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0 ? given : null;
        var rest = rounds is null ? args : args[1..];
        var chosen = Array.FindAll(s_scenarios, s => rest is [] || rest is [var name] && name == s.Key);
        if (chosen is [])
        {
            await Console.Error.WriteLineAsync($"ollama [rounds, default {string.Join(", ", s_scenarios.Select(s => $"{s.Rounds} for {s.Key}"))}] [scenario]");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("sutazai-bench-");
        try
        {
            foreach (var scenario in chosen)
            {
                for (var round = 1; round <= (rounds ?? scenario.Rounds); round++)
                {
                    await Console.Error.WriteLineAsync($"{scenario.Name}, round {round} of {rounds ?? scenario.Rounds}");
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

        Goal.Print(chosen.SelectMany(s => s.Goals));
        return 0;
    }

    private static Scenario Contexts(string key, string name, bool instructed) => new(
        key, name, seed => Workloads.Contexts(seed, 170, instructed), [$"MaxBatchWait={s_longBound}"],
        new("loads", o => o.Swaps) { Goal = ("G16", 1 / 50.0, 1 / 100.0) },
        new("makespan s", o => o.Makespan) { Goal = ("G16", 0.6, 0.5) },
        new("p50 s", o => o.Latency(0.5, _ => true)),
        new("served", o => o.Served));

    private static bool IsLight(Job job) => job.Agent.StartsWith("light", StringComparison.Ordinal);

    private static bool IsRare(Job job) => job.Agent == "rare";

    private sealed record Measure(string Name, Func<Outcome, double> Of)
    {
        /// <summary>The most that ours may be of Ollama's.</summary>
        public (string Id, double Floor, double Moonshot)? Goal { get; init; }
    }

    /// <param name="Settings">The router's.</param>
    private sealed record Scenario(string Key, string Name, Func<int, List<Job>> Jobs, string[] Settings, params Measure[] Measures)
    {
        public int Rounds { get; init; } = OllamaComparison.Rounds;

        public List<Outcome> Alone { get; } = [];

        public List<Outcome> Ours { get; } = [];

        public IEnumerable<Goal> Goals => Measures.Where(m => m.Goal is not null)
            .Select(m => Goal.AtMost(m.Goal!.Value.Id, $"{Name}: {m.Name} to Ollama's", Ratio(m), m.Goal.Value.Floor, m.Goal.Value.Moonshot));

        public void Print()
        {
            Console.WriteLine($"\n## {Name}\n\n| | Ollama alone | ours | ours to Ollama |\n| --- | ---: | ---: | ---: |");
            foreach (var measure in Measures)
            {
                Console.WriteLine($"| {measure.Name} | {Spread.Of(Alone.Select(measure.Of)).In("0.#")} | {Spread.Of(Ours.Select(measure.Of)).In("0.#")} | {Ratio(measure).In("0.000")} |");
            }

            // The virtual machine knows no contexts.
            if (Jobs(1).TrueForAll(j => j.Context is null))
            {
                Console.WriteLine($"\nMakespan on Ollama alone, to that of the same policy by a virtual clock: {Overhead().In("0.000")}. Above 1 is what HTTP, timers and this machine add.");
            }
        }

        private Spread Ratio(Measure measure) => Spread.Of(Ours.Zip(Alone, (ours, alone) => measure.Of(ours) / measure.Of(alone)));

        /// <summary>Whether this machine keeps up with the simulated one.</summary>
        private Spread Overhead() => Spread.Of(Alone.Select((measured, at) =>
        {
            var jobs = Jobs(at + 1);
            new Machine(1, fromDisk: true, new VirtualTime()).Run(jobs, new OllamaPolicy());
            return measured.Makespan / jobs.Max(j => j.Finished!.Value);
        }));
    }
}
