using System.Diagnostics;
using System.Globalization;

namespace Sutazai.Bench.Router;

/// <summary>The same question from many at the same time: how often the upstream is asked (G8).</summary>
internal static class Identical
{
    private const int Callers = 100;

    public static async Task<IReadOnlyList<Goal>> RunAsync(Behaviour behaviour, int rounds, CancellationToken cancellationToken)
    {
        Contestant[] contestants = [behaviour.Contestants.Router, behaviour.Contestants.Gateway, behaviour.Contestants.Portkey];
        List<(Contestant Contestant, bool Stream, Outcome Outcome)> results = [];
        for (var round = 0; round <= rounds; round++)
        {
            await Console.Error.WriteLineAsync($"identical calls, round {round} of {rounds}");
            foreach (var contestant in contestants)
            {
                foreach (var stream in new[] { false, true })
                {
                    var outcome = await AskAsync(behaviour, contestant, stream, cancellationToken);
                    if (round > 0)
                    {
                        results.Add((contestant, stream, outcome));
                    }
                }
            }
        }

        Console.WriteLine(
            $"\n## {Callers} identical calls at the same time\n\nMedian (quartiles) of {rounds} rounds after one that is not counted. Spread: from the first caller's first text to the last caller's, the callers' own time included.\n");
        Console.WriteLine("| | | upstream calls | most | spread ms | failed |\n| --- | --- | ---: | ---: | ---: | ---: |");
        foreach (var group in results.GroupBy(r => (r.Contestant, r.Stream)))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {group.Key.Contestant.Name} | {(group.Key.Stream ? "streamed" : "whole")} | {Spread.Of(group.Select(g => (double)g.Outcome.Calls)).In("0")} | {group.Max(g => g.Outcome.Calls)} | {Spread.Of(group.Select(g => g.Outcome.SpreadMs)).In("0.0")} | {group.Sum(g => g.Outcome.Failed)} |"));
        }

        var ours = results.Where(r => r.Contestant != behaviour.Contestants.Portkey).ToList();
        var most = ours.Max(r => r.Outcome.Calls);
        var one = most == 1 && ours.TrueForAll(r => r.Outcome.Failed == 0);
        var spread = Spread.Of(ours.Where(r => r.Stream).Select(r => r.Outcome.SpreadMs));
        return
        [
            new("G8", $"upstream calls for {Callers} identical ones at a time, most of all rounds of router and gateway; joiners' first text after the leader's, ms", string.Create(CultureInfo.InvariantCulture, $"{most}; {spread.In("0.0")}"), "1", "1; ≤ 5",
                Goal.Verdict(one, one && spread.Median <= 5)),
        ];
    }

    private static async Task<Outcome> AskAsync(Behaviour behaviour, Contestant contestant, bool stream, CancellationToken cancellationToken)
    {
        var order = new Order(behaviour.NewId(), Chunks: 5, EveryMs: 20, FirstMs: 300);
        using var client = new ChatClient(contestant);
        var first = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => FirstTextAsync(client, order, stream, cancellationToken)));
        var calls = await behaviour.CallsAsync(order.Id, cancellationToken);
        var good = first.OfType<long>().ToList();
        return new(calls.Length, good.Count == 0 ? 0 : Stopwatch.GetElapsedTime(good.Min(), good.Max()).TotalMilliseconds, Callers - good.Count);
    }

    /// <returns>When the first text came; null where the answer was not complete.</returns>
    private static async Task<long?> FirstTextAsync(ChatClient client, Order order, bool stream, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.SendAsync(order, stream, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return null;
            }

            if (!stream)
            {
                await response.Content.ReadAsStringAsync(cancellationToken);
                return Stopwatch.GetTimestamp();
            }

            List<long> times = [];
            await foreach (var piece in ChatClient.PiecesAsync(response, cancellationToken))
            {
                times.Add(piece.At);
            }

            return times.Count == order.Chunks ? times[0] : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }
    }

    private sealed record Outcome(int Calls, double SpreadMs, int Failed);
}
