using System.Diagnostics;
using System.Globalization;
using Sutazai.Agents;
using Sutazai.Agents.Operations.Logs;

namespace Sutazai.Bench;

/// <summary>Drain mining of a realistic mix of messages, streamed from a file: lines a second and memory.</summary>
public static class LogMiningBenchmarks
{
    private const int Lines = 2_000_000;
    private const int Rounds = 5;

    private static readonly string[] s_verbs =
    [
        "opened", "closed", "flushed", "rotated", "scheduled", "cancelled", "retried", "indexed", "archived", "restored", "validated", "rejected",
        "replicated", "compacted", "evicted", "refreshed",
    ];

    private static readonly string[] s_nouns = ["session", "segment", "partition", "order", "invoice", "lease", "shard"];

    private static readonly string[] s_names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory", "niaj"];

    public static void Run()
    {
        var path = Path.GetTempFileName();
        try
        {
            var templates = Write(path);
            var bytes = new FileInfo(path).Length;
            var log = new Artifact("bench.log", "text/plain", bytes, _ => ValueTask.FromResult<Stream>(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan)));

            Mine(log);
            Console.WriteLine($"Drain mining: {Lines:N0} lines, {bytes / 1e6:F0} MB, {templates} templates planted, {Rounds} rounds");
            Console.WriteLine();
            Console.WriteLine("| round | lines/s | MB/s | ns/line | templates | allocated MB | live heap growth MB |");
            Console.WriteLine("|---|---|---|---|---|---|---|");
            List<double> rates = [];
            for (var round = 1; round <= Rounds; round++)
            {
                var heap = GC.GetTotalMemory(forceFullCollection: true);
                var allocated = GC.GetTotalAllocatedBytes(precise: true);
                var watch = Stopwatch.StartNew();
                var mined = Mine(log);
                var seconds = watch.Elapsed.TotalSeconds;
                allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
                heap = GC.GetTotalMemory(forceFullCollection: true) - heap;
                GC.KeepAlive(mined);
                rates.Add(Lines / seconds);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {round} | {Lines / seconds:N0} | {bytes / seconds / 1e6:F0} | {seconds / Lines * 1e9:F0} | {mined.Total} | {allocated / 1e6:F1} | {heap / 1e6:F2} |"));
            }

            rates.Sort();
            Console.WriteLine();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"median {rates[Rounds / 2]:N0} lines/s (floor 200,000); peak working set {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static LogPatternMiner.MinedLog Mine(Artifact log) => LogPatternMiner.Mine(log, limit: 10_000).GetAwaiter().GetResult();

    private static int Write(string path)
    {
        var random = new Random(20240310);
        var time = new DateTime(2024, 3, 10, 0, 0, 0, DateTimeKind.Utc);
        HashSet<int> planted = [];
        using var writer = new StreamWriter(path, append: false, new System.Text.UTF8Encoding(false), 1 << 16);
        for (var i = 0; i < Lines; i++)
        {
            time = time.AddMilliseconds(random.Next(0, 40));
            var level = random.Next(100) switch { < 70 => "INFO ", < 90 => "DEBUG", < 97 => "WARN ", _ => "ERROR" };

            // Few messages make most of a log: squaring a uniform number gives that shape.
            var share = random.NextDouble();
            var template = (int)(share * share * s_verbs.Length * s_nouns.Length);
            planted.Add(template);
            var (verb, noun) = (s_verbs[template % s_verbs.Length], s_nouns[template / s_verbs.Length]);
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss,fff} {level} [worker-{random.Next(16)}] com.acme.{noun}.Service - "));
            writer.WriteLine((template % 4) switch
            {
                0 => string.Create(CultureInfo.InvariantCulture, $"{noun} {verb} id={random.Next(1_000_000)} user={s_names[random.Next(s_names.Length)]} took {random.NextDouble() * 900:F1} ms"),
                1 => $"{verb} {noun} {random.NextInt64():x16} from 10.{random.Next(256)}.{random.Next(256)}.{random.Next(256)}:{random.Next(1024, 65536)} after {random.Next(9)} attempts",
                2 => $"{noun} {verb} by {s_names[random.Next(s_names.Length)]}, see /var/lib/{noun}/{random.Next(5000)}/data.bin",
                _ => $"{verb} {noun} 3f2504e0-4f89-41d3-9a0c-{random.Next(1 << 24):x12} on node-{random.Next(64)} with {random.Next(4096)} bytes left and state ready",
            });
        }

        return planted.Count;
    }
}
