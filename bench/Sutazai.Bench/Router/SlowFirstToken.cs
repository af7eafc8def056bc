using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Sutazai.Bench.Router;

/// <summary>An upstream that says nothing for minutes, as one that loads a large model and reads a long prompt on a CPU (G10).</summary>
internal static class SlowFirstToken
{
    /// <summary>The wait that the goal is about: more than the five minutes after which Node's HTTP client gives up.</summary>
    public const int Seconds = 330;

    private const int HeartbeatSeconds = 10;

    public static async Task<IReadOnlyList<Goal>> RunAsync(Behaviour behaviour, int seconds, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"first token after {seconds} s");
        var set = behaviour.Contestants;
        Contestant[] contestants = [set.Router, set.Gateway, set.GatewayBehindNginx, set.DefaultNginx, set.Portkey];
        var asked = contestants.SelectMany(c => new[] { (Contestant: c, Stream: true), (Contestant: c, Stream: false) }).ToList();

        // Nobody works during the wait, so all wait together.
        var outcomes = await Task.WhenAll(asked.Select(a => AskAsync(behaviour, a.Contestant, a.Stream, seconds, cancellationToken)));

        Console.WriteLine($"\n## First token after {seconds} s\n\nSilence: the longest time in which the caller got not a single byte.\n");
        Console.WriteLine("| | | outcome | after s | silence s |\n| --- | --- | --- | ---: | ---: |");
        foreach (var ((contestant, stream), outcome) in asked.Zip(outcomes))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {contestant.Name} | {(stream ? "streamed" : "whole")} | {outcome.What} | {outcome.Seconds:0.0} | {outcome.SilenceSeconds:0.0} |"));
        }

        var alone = outcomes.Take(4).All(o => o.Complete);
        var (behind, whole) = (outcomes[4], outcomes[5]);
        var heard = behind.Complete && behind.SilenceSeconds <= HeartbeatSeconds;
        var measured = string.Create(
            CultureInfo.InvariantCulture, $"{(alone ? "yes" : "no")}; behind nginx {(behind.Complete ? "yes" : "no")}, silence {behind.SilenceSeconds:0.0} s; whole behind nginx {(whole.Complete ? "yes" : "no")}");
        return
        [
            new("G10", $"first token after {seconds} s, router and gateway, streamed and whole; streamed behind nginx's defaults", measured, "yes", $"yes; yes, ≤ {HeartbeatSeconds} s",
                seconds >= Seconds ? Goal.Verdict(alone, alone && heard) : "shortened, so it says nothing"),
        ];
    }

    private static async Task<Outcome> AskAsync(Behaviour behaviour, Contestant contestant, bool stream, int seconds, CancellationToken cancellationToken)
    {
        var order = new Order(behaviour.NewId(), Chunks: 3, EveryMs: 20, FirstMs: seconds * 1000);
        using var client = new ChatClient(contestant);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(seconds + 60));
        var started = Stopwatch.GetTimestamp();
        var (heard, silence) = (started, TimeSpan.Zero);
        void Hear()
        {
            var now = Stopwatch.GetTimestamp();
            silence = Stopwatch.GetElapsedTime(heard, now) is var quiet && quiet > silence ? quiet : silence;
            heard = now;
        }

        string what;
        var complete = false;
        try
        {
            using var response = await client.SendAsync(order, stream, patience.Token);
            Hear();
            var text = new StringBuilder();
            var buffer = new byte[16 << 10];
            await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
            while (await body.ReadAsync(buffer, patience.Token) is > 0 and var length)
            {
                Hear();
                text.Append(Encoding.UTF8.GetString(buffer, 0, length));
            }

            // Where calls may be shared, the upstream is asked for a stream although the caller wants a whole answer.
            complete = response.IsSuccessStatusCode && (Has($"{order.Chunks - 1}:") || (!stream && Has("whole")));
            bool Has(string last) => text.ToString().Contains(last, StringComparison.Ordinal);
            what = complete ? "complete" : $"{(int)response.StatusCode}, incomplete";
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            what = "connection broken";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            what = "no answer";
        }

        Hear();
        return new(what, complete, Stopwatch.GetElapsedTime(started).TotalSeconds, silence.TotalSeconds);
    }

    private sealed record Outcome(string What, bool Complete, double Seconds, double SilenceSeconds);
}
