using System.Diagnostics;
using System.Globalization;

namespace Sutazai.Bench.Router;

/// <summary>Streams, slow as a model writes and as fast as they go: whether every chunk arrives, and how much later (G21).</summary>
internal static class Streams
{
    private const int PacedChunks = 100;
    private const int PaceMs = 10;
    private const int BurstChunks = 5000;

    public static async Task<IReadOnlyList<Goal>> RunAsync(Behaviour behaviour, int rounds, CancellationToken cancellationToken)
    {
        var set = behaviour.Contestants;
        var all = set.All.ToDictionary(c => c, _ => new List<(Outcome Paced, Outcome Burst)>());
        for (var round = 0; round <= rounds; round++)
        {
            await Console.Error.WriteLineAsync($"streams, round {round} of {rounds}");
            foreach (var (contestant, outcomes) in all)
            {
                var paced = await ReadAsync(contestant, new Order(behaviour.NewId(), PacedChunks, PaceMs), cancellationToken);
                var burst = await ReadAsync(contestant, new Order(behaviour.NewId(), BurstChunks), cancellationToken);
                if (round > 0)
                {
                    outcomes.Add((paced, burst));
                }
            }
        }

        var direct = all[set.Direct];
        Spread Added(Contestant of) => Spread.Of(all[of].Zip(direct, (a, b) => a.Paced.OnTheWayMs - b.Paced.OnTheWayMs));
        Console.WriteLine(
            $"\n## Streams\n\n{PacedChunks} chunks, one each {PaceMs} ms: how long each was on its way from the upstream's write to the reader, median of a stream; and {BurstChunks} chunks as fast as they go. "
            + $"Median (quartiles) of {rounds} interleaved rounds after one that is not counted. A stream is complete when each chunk arrives once and in order.\n");
        Console.WriteLine("| | on its way ms | added ms | burst, µs a chunk | complete |\n| --- | ---: | ---: | ---: | ---: |");
        foreach (var (contestant, outcomes) in all)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {contestant.Name} | {Spread.Of(outcomes.Select(o => o.Paced.OnTheWayMs)).In("0.000")} | {Added(contestant).In("0.000")} | {Spread.Of(outcomes.Select(o => o.Burst.ChunkMicroseconds)).In("0.0")} | {outcomes.Sum(o => (o.Paced.Complete ? 1 : 0) + (o.Burst.Complete ? 1 : 0))} of {outcomes.Count * 2} |"));
        }

        var complete = set.All.Where(c => c.Name.StartsWith("ours", StringComparison.Ordinal)).SelectMany(c => all[c]).All(o => o.Paced.Complete && o.Burst.Complete);

        // nginx adds so little that one round's difference may be none at all; so this is the ratio of the medians.
        var nginx = Added(set.Nginx).Median;
        return [Of("", set.Router), .. set.Native is { } native ? (Goal[])[Of(", compiled ahead of time", native)] : []];

        Goal Of(string how, Contestant router)
        {
            var ours = Added(router).Median;
            var measured = string.Create(CultureInfo.InvariantCulture, $"{(complete ? "all" : "not all")}; {(nginx > 0 ? $"{ours / nginx:0.00}" : "?")} ({ours:0.000} / {nginx:0.000} ms)");
            return new Goal(
                "G21", $"chunks in = chunks out, router and gateway; router's added time a chunk to nginx's{how}", measured, "all; ≤ 3", "all; ≤ 2",
                nginx > 0 || !complete ? Goal.Verdict(complete && ours <= 3 * nginx, complete && ours <= 2 * nginx) : "nginx added nothing that could be measured");
        }
    }

    private static async Task<Outcome> ReadAsync(Contestant contestant, Order order, CancellationToken cancellationToken)
    {
        using var client = new ChatClient(contestant);
        using var response = await client.SendAsync(order, stream: true, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"'{contestant.Name}' refused a stream: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        List<Piece> pieces = [];
        await foreach (var piece in ChatClient.PiecesAsync(response, cancellationToken))
        {
            pieces.Add(piece);
        }

        // 17:1234567890
        var chunks = pieces.Select(p => (Parts: p.Text.Split(':'), p.At)).ToList();
        var complete = chunks.Count == order.Chunks && chunks.Select((c, i) => c.Parts.Length == 2 && c.Parts[0] == i.ToString(CultureInfo.InvariantCulture)).All(good => good);
        if (chunks.Count == 0)
        {
            return new(false, 0, 0);
        }

        var onTheWay = Spread.Of(chunks.Select(c => Stopwatch.GetElapsedTime(long.Parse(c.Parts[1], CultureInfo.InvariantCulture), c.At).TotalMilliseconds));
        return new(complete, onTheWay.Median, Stopwatch.GetElapsedTime(chunks[0].At, chunks[^1].At).TotalMicroseconds / chunks.Count);
    }

    private sealed record Outcome(bool Complete, double OnTheWayMs, double ChunkMicroseconds);
}
