using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sutazai.Agents;
using Sutazai.Agents.Data.DataFiles;

namespace Sutazai.Bench;

/// <summary>The CSV profiler over half a gigabyte of an ordinary table, from a file, as the agent runs it.</summary>
public static class CsvProfilerBenchmarks
{
    private const long TargetBytes = 500L * 1000 * 1000;
    private const int Rounds = 7;

    private static readonly string[] s_categories = ["books", "garden", "kitchen", "music", "office", "sports", "toys", "travel"];
    private static readonly string[] s_cities = ["Aachen", "Bordeaux", "Córdoba", "Dublin", "Espoo", "Firenze", "Göteborg", "Haarlem", "Innsbruck", "Jönköping"];
    private static readonly string[] s_words = ["delivered", "late", "said", "customer", "twice", "gift", "please", "ring", "the bell, then wait", "fragile", "signed", "returned"];

    public static async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var path = Path.Combine(Path.GetTempPath(), "sutazai-bench-orders.csv");
        var (bytes, rows) = await GenerateAsync(path, cancellationToken);
        try
        {
            await MeasureAsync(path, bytes, rows, cancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task MeasureAsync(string path, long bytes, long rows, CancellationToken cancellationToken)
    {
        var csv = new Artifact("orders.csv", "text/csv", bytes, _ => ValueTask.FromResult<Stream>(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan)));

        // The first round compiles and fills the page cache; it is not counted.
        await CsvProfiler.ProfileAsync(csv, cancellationToken: cancellationToken);
        GC.Collect();
        var (residentBefore, peak) = (Resident(), 0L);
        List<double> speeds = [];
        List<double> processorSpeeds = [];
        List<long> allocated = [];
        for (var round = 0; round < Rounds; round++)
        {
            var (before, processor) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime);
            var clock = Stopwatch.StartNew();
            var profile = await CsvProfiler.ProfileAsync(csv, cancellationToken: cancellationToken);
            speeds.Add(bytes / 1e6 / clock.Elapsed.TotalSeconds);
            processorSpeeds.Add(bytes / 1e6 / (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
            allocated.Add(GC.GetTotalAllocatedBytes(precise: true) - before);
            peak = Math.Max(peak, Resident());
            if (profile.Rows != rows)
            {
                throw new InvalidOperationException($"{profile.Rows} rows were read of {rows}.");
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            ## CSV profiler: {bytes / 1e6:F0} MB, {rows:N0} rows, 10 columns, {Rounds} rounds

            | MB/s, median | MB/s, least | MB/s of processor time, median | allocated a round | resident growth | peak resident |
            |---|---|---|---|---|---|
            | {Median(speeds):F0} | {speeds.Min():F0} | {Median(processorSpeeds):F0} | {allocated.Max() / 1e6:F1} MB | {Math.Max(0, peak - residentBefore) / 1e6:F1} MB | {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB |

            """));
    }

    private static async Task<(long Bytes, long Rows)> GenerateAsync(string path, CancellationToken cancellationToken)
    {
        var random = new Random(20240131);
        var day = new DateTime(2020, 1, 1);
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        var text = new StringBuilder("order_id,customer_id,ordered_at,category,city,quantity,unit_price,discount,paid,note\n");
        var (bytes, rows) = (0L, 0L);
        while (bytes < TargetBytes)
        {
            for (var i = 0; i < 10_000; i++, rows++)
            {
                var ordered = day.AddSeconds(random.Next(150_000_000));
                text.Append(CultureInfo.InvariantCulture,
                    $"{1_000_000 + rows},C-{random.Next(200_000):D6},{ordered:yyyy-MM-dd HH:mm:ss},{s_categories[random.Next(8)]},{s_cities[random.Next(10)]},");
                text.Append(CultureInfo.InvariantCulture,
                    $"{random.Next(1, 40)},{random.Next(99, 100_000) / 100m:F2},{(random.Next(5) == 0 ? "" : $"0.{random.Next(1, 50):D2}")},{(random.Next(10) == 0 ? "false" : "true")},");
                text.Append('"').AppendJoin(' ', Enumerable.Range(0, random.Next(2, 7)).Select(_ => s_words[random.Next(s_words.Length)]));
                text.Append(random.Next(20) == 0 ? " \"\"thanks\"\"" : "").Append("\"\n");
            }

            var block = Encoding.UTF8.GetBytes(text.ToString());
            await file.WriteAsync(block, cancellationToken);
            bytes += block.Length;
            text.Clear();
        }

        return (bytes, rows);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
