using Sutazai.Bench.Router;

namespace Sutazai.Bench.Policies;

/// <summary>How many calls a second the scheduler can order while so many wait.</summary>
internal static class DecisionBenchmark
{
    private const int Rounds = 15;
    private const int Steps = 20_000;

    private static readonly int[] s_waiting = [100, 1_000, 10_000, 100_000];

    public static void Run()
    {
        var queues = s_waiting.Select(w => new SteadyQueue(w)).ToList();
        var rates = queues.ConvertAll(_ => new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            for (var at = 0; at < queues.Count; at++)
            {
                var started = Environment.CpuUsage.TotalTime;
                for (var step = 0; step < Steps; step++)
                {
                    queues[at].Step();
                }

                if (round > 0)
                {
                    rates[at].Add(Steps / (Environment.CpuUsage.TotalTime - started).TotalSeconds);
                }
            }
        }

        Console.WriteLine($"""
            ## Decisions

            One call arrives, one ends, a decision after each; {Steps:N0} times in each of {Rounds} interleaved rounds after one that is not counted. By the processor's time, medians (quartiles).

            | waiting | calls a processor second | to that at {s_waiting[0]} |
            | ---: | ---: | ---: |
            """);
        for (var at = 0; at < queues.Count; at++)
        {
            Console.WriteLine($"| {queues[at].Waiting:N0} | {Spread.Of(rates[at]).In("#,0")} | {Spread.Of(rates[at].Zip(rates[0], (a, b) => a / b)).In("0.00")} |");
        }
    }
}
