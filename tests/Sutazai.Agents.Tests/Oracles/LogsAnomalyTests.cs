using System.Globalization;
using System.Text.Json;
using Sutazai.Agents.Operations.Logs;
using Sutazai.Clients;

namespace Sutazai.Agents.Tests.Oracles;

public class LogsAnomalyTests
{
    private const int Kinds = 40;
    private const int Burst = 7;
    private const int Stopped = 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, InlineData(1, true), InlineData(2, true), InlineData(3, true), InlineData(4, false), InlineData(5, false), InlineData(6, false)]
    public async Task Planted_anomalies_are_found_and_nothing_else(int seed, bool timed)
    {
        var random = new Random(seed);
        var baseline = await LogAnomalyFinder.Baseline(LogsPlanted.Artifact(Minutes(random, 120, timed, anomalies: false)), cancellationToken: Token);
        var roundTripped = JsonSerializer.Deserialize<LogAnomalyFinder.LogBaseline>(JsonSerializer.Serialize(baseline, SutazaiJson.Options), SutazaiJson.Options)!;

        var found = await LogAnomalyFinder.Compare(LogsPlanted.Artifact(Minutes(random, 60, timed, anomalies: true)), roundTripped, cancellationToken: Token);

        Assert.Equal(["kernel panic on cpu <num>", "replica lost quorum in <*>"], found.New.Select(n => n.Template).Order(StringComparer.Ordinal));
        Assert.Equal([LogsPlanted.Template(Burst)], found.Burst.Select(b => b.Template));
        Assert.Equal([LogsPlanted.Template(Stopped)], found.Missing.Select(m => m.Template));
        Assert.Empty(found.Rare);
        if (timed)
        {
            Assert.Equal(new DateTimeOffset(2024, 3, 10, 0, 30, 0, TimeSpan.Zero), found.Burst[0].At);
        }
    }

    [Theory, InlineData(21), InlineData(22), InlineData(23), InlineData(24)]
    public async Task An_ordinary_log_has_no_anomalies(int seed)
    {
        var random = new Random(seed);
        var baseline = await LogAnomalyFinder.Baseline(LogsPlanted.Artifact(Minutes(random, 60, timed: true, anomalies: false)), cancellationToken: Token);

        var found = await LogAnomalyFinder.Compare(LogsPlanted.Artifact(Minutes(random, 60, timed: true, anomalies: false)), baseline, cancellationToken: Token);

        Assert.Equal((0, 0, 0, 0), (found.NewTotal, found.BurstTotal, found.MissingTotal, found.RareTotal));
    }

    [Fact]
    public async Task Rates_are_the_moments_of_the_counts_per_minute()
    {
        int[] counts = [3, 0, 7, 1, 4, 0, 0, 12, 2, 1];
        var lines = counts.SelectMany((n, minute) => Enumerable.Range(0, n).Select(s => Stamp(minute, s) + $"beat {s}").Append(Stamp(minute, 59) + "tick"));

        var baseline = await LogAnomalyFinder.Baseline(LogsPlanted.Artifact(lines), cancellationToken: Token);

        var beat = baseline.Templates.Single(t => t.Template == "beat <num>");
        var mean = counts.Average();
        Assert.Equal(mean, beat.Mean, 5);
        Assert.Equal(counts.Sum(c => (c - mean) * (c - mean)) / (counts.Length - 1), beat.Variance, 4);
        Assert.Equal(10, baseline.Windows);
    }

    // With one event in each of n windows the posterior is Gamma(n + 1/2, n); the sum below is the predictive tail term by term.
    [Theory, InlineData(10, 8), InlineData(60, 6), InlineData(60, 40)]
    public async Task A_bursts_score_is_the_tail_of_the_negative_binomial(int windows, int count)
    {
        var baseline = await LogAnomalyFinder.Baseline(LogsPlanted.Artifact(Enumerable.Range(0, windows).Select(m => Stamp(m, 0) + $"beat {m}")), cancellationToken: Token);
        var log = Enumerable.Range(0, count).Select(s => Stamp(5, s) + $"beat {s}");

        var found = await LogAnomalyFinder.Compare(LogsPlanted.Artifact(log), baseline, cancellationToken: Token);

        var (size, p) = (windows + 0.5, (windows + 0.5) / windows / (windows + 0.5 + ((windows + 0.5) / windows)));
        var pmf = Math.Pow(1 - p, size);
        var below = 0.0;
        var tail = 0.0;
        for (var k = 0; k < 400; k++)
        {
            below += k < count ? pmf : 0;
            tail += k >= count ? pmf : 0;
            pmf *= (k + size) / (k + 1) * p;
        }

        Assert.Equal(1, below + tail, 9);
        Assert.Equal(-Math.Log10(tail), Assert.Single(found.Burst).Score, 3);
    }

    private static string Stamp(int minute, int second) =>
        string.Create(CultureInfo.InvariantCulture, $"2024-03-10T{minute / 60:00}:{minute % 60:00}:{second:00}Z INFO ");

    private static IEnumerable<string> Minutes(Random random, int minutes, bool timed, bool anomalies)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            List<string> messages = [];
            for (var kind = 0; kind < Kinds; kind++)
            {
                if (anomalies && kind == Stopped)
                {
                    continue;
                }

                var n = Poisson(random, 0.5 + (kind % 6)) + (anomalies && minute == 30 && kind == Burst ? 120 : 0);
                messages.AddRange(Enumerable.Range(0, n).Select(_ => LogsPlanted.Line(kind, random)));
            }

            if (anomalies && (minute is 10 or 20))
            {
                messages.Add(minute == 10 ? "replica lost quorum in east" : "replica lost quorum in west");
                messages.Add($"kernel panic on cpu {minute}");
            }

            var order = messages.ToArray();
            random.Shuffle(order);
            for (var i = 0; i < order.Length; i++)
            {
                yield return (timed ? Stamp(minute, i * 60 / order.Length) : "") + order[i];
            }
        }
    }

    private static int Poisson(Random random, double mean)
    {
        var (n, product, limit) = (0, random.NextDouble(), Math.Exp(-mean));
        for (; product > limit; n++)
        {
            product *= random.NextDouble();
        }

        return n;
    }
}
