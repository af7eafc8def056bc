using System.Diagnostics;
using System.Globalization;

namespace Sutazai.Bench.Router;

/// <summary>Callers who leave before the end: what the upstream still does for nobody, and how soon it learns (G9).</summary>
internal static class Aborts
{
    private const int Callers = 20;

    public static async Task<IReadOnlyList<Goal>> RunAsync(Behaviour behaviour, int rounds, CancellationToken cancellationToken)
    {
        var set = behaviour.Contestants;
        Contestant[] contestants = [set.Nginx, set.Router, set.Gateway, set.Portkey];
        List<(Contestant Contestant, bool Streaming, Outcome Outcome)> results = [];
        for (var round = 0; round <= rounds; round++)
        {
            await Console.Error.WriteLineAsync($"aborted calls, round {round} of {rounds}");
            foreach (var contestant in contestants)
            {
                foreach (var streaming in new[] { false, true })
                {
                    using var client = new ChatClient(contestant);
                    var outcomes = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => LeaveAsync(behaviour, client, streaming, cancellationToken)));
                    if (round > 0)
                    {
                        results.AddRange(outcomes.Select(o => (contestant, streaming, o)));
                    }
                }
            }
        }

        Console.WriteLine(
            $"\n## Callers who leave\n\n{Callers} at the same time, {rounds} rounds after one that is not counted. Wasted: the share of the upstream's work that was left when the caller left and was done all the same.\n");
        Console.WriteLine("| | the caller left | wasted | until the upstream knew, ms: p50 | p99 | never knew |\n| --- | --- | ---: | ---: | ---: | ---: |");
        foreach (var group in results.GroupBy(r => (r.Contestant, r.Streaming)))
        {
            List<Outcome> outcomes = [.. group.Select(g => g.Outcome)];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {group.Key.Contestant.Name} | {(group.Key.Streaming ? "in the middle of a stream" : "before the first byte")} | {outcomes.Average(o => o.Wasted):0.0 %} | {Latency(outcomes, 0.5)} | {Latency(outcomes, 0.99)} | {outcomes.Count(o => o.LatencyMs is null)} |"));
        }

        List<Outcome> ours = [.. results.Where(r => r.Contestant == set.Router || r.Contestant == set.Gateway).Select(r => r.Outcome)];
        var wasted = ours.Average(o => o.Wasted);
        var soon = ours.TrueForAll(o => o.LatencyMs is not null) && Spread.Quantile([.. ours.Select(o => o.LatencyMs!.Value).Order()], 0.99) <= 50;
        return
        [
            new("G9", "upstream work wasted after the caller of router or gateway left; p99 until the upstream knew, ms", string.Create(CultureInfo.InvariantCulture, $"{wasted:0.0 %}; {Latency(ours, 0.99)}"), "≤ 5 %", "≤ 1 %; ≤ 50",
                Goal.Verdict(wasted <= 0.05, wasted <= 0.01 && soon)),
        ];
    }

    private static async Task<Outcome> LeaveAsync(Behaviour behaviour, ChatClient client, bool streaming, CancellationToken cancellationToken)
    {
        var order = streaming ? new Order(behaviour.NewId(), Chunks: 100, EveryMs: 20) : new Order(behaviour.NewId(), FirstMs: 2000);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var middle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = ReadAsync(client, order, streaming, middle, leaving.Token);
        await Task.WhenAny(streaming ? middle.Task : behaviour.CallAsync(order.Id, _ => true, cancellationToken), reading);

        var left = Stopwatch.GetTimestamp();
        await leaving.CancelAsync();
        try
        {
            await reading;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && leaving.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        var call = await behaviour.CallAsync(order.Id, c => c.Ended > 0, cancellationToken);
        var planned = order.Work - Stopwatch.GetElapsedTime(call.Started, left);
        var done = Stopwatch.GetElapsedTime(left, call.Aborted > 0 ? call.Aborted : call.Ended);
        return new(Math.Clamp(done / planned, 0, 1), call.Aborted > 0 ? Stopwatch.GetElapsedTime(left, call.Aborted).TotalMilliseconds : null);
    }

    /// <param name="middle">Set when a fifth of a stream has been read.</param>
    private static async Task ReadAsync(ChatClient client, Order order, bool streaming, TaskCompletionSource middle, CancellationToken cancellationToken)
    {
        using var response = await client.SendAsync(order, streaming, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"A call to be aborted was refused: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        var read = 0;
        await foreach (var _ in ChatClient.PiecesAsync(response, cancellationToken))
        {
            if (++read == order.Chunks / 5)
            {
                middle.SetResult();
            }
        }
    }

    private static string Latency(List<Outcome> outcomes, double share)
    {
        List<double> known = [.. outcomes.Select(o => o.LatencyMs).OfType<double>().Order()];
        return known.Count == 0 ? "never" : Spread.Quantile(known, share).ToString("0.0", CultureInfo.InvariantCulture);
    }

    private sealed record Outcome(double Wasted, double? LatencyMs);
}
