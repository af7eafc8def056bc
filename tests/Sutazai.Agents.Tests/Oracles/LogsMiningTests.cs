using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Sutazai.Agents.Operations.Logs;

namespace Sutazai.Agents.Tests.Oracles;

public class LogsMiningTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory, InlineData(1, 0), InlineData(2, 1), InlineData(3, 2), InlineData(4, 3), InlineData(5, 4), InlineData(6, 5), InlineData(7, 6)]
    public async Task Planted_templates_are_recovered_exactly(int seed, int header)
    {
        var random = new Random(seed);
        var counts = new long[LogsPlanted.Kinds];
        List<string> lines = [];
        var time = new DateTime(2024, 3, 10, 8, 0, 0, DateTimeKind.Utc);
        for (var i = 0; i < 12_000; i++)
        {
            var kind = random.Next(LogsPlanted.Kinds);
            counts[kind]++;
            lines.Add(LogsPlanted.Header(header, time = time.AddMilliseconds(random.Next(500)), "info") + LogsPlanted.Line(kind, random));
        }

        var mined = await LogPatternMiner.Mine(LogsPlanted.Artifact(lines), limit: 10_000, cancellationToken: Token);

        Assert.Equal(
            Enumerable.Range(0, LogsPlanted.Kinds).Select(k => $"{counts[k]} {LogsPlanted.Template(k)}").Order(StringComparer.Ordinal),
            mined.Templates.Select(t => $"{t.Count} {t.Template}").Order(StringComparer.Ordinal));
        Assert.Equal((12_000, 12_000, 0), (mined.Lines, mined.Entries, mined.Overflow));
    }

    [Fact]
    public void Every_line_of_a_planted_kind_is_parsed_back_to_it()
    {
        var templates = Enumerable.Range(0, LogsPlanted.Kinds).Select(k => new LogPatternMiner.MinedTemplate(LogsPlanted.Template(k))).ToList();

        Gen.Select(Gen.Int[0, LogsPlanted.Kinds - 1], Gen.Int).Sample((kind, seed) =>
        {
            var line = LogsPlanted.Line(kind, new Random(seed));
            var parsed = LogPatternMiner.Parse(Artifact.FromText(line), templates, cancellationToken: Token).GetAwaiter().GetResult();
            var only = Assert.Single(parsed.Lines);

            Assert.Equal(LogsPlanted.Template(kind), only.Template);

            // Put back into the template, the values must give the line.
            var rebuilt = only.Fields.Aggregate(only.Template!, (text, field) => Replace(text, field.Value));
            Assert.Equal(line, rebuilt);
        });
    }

    [Fact]
    public async Task Mined_templates_parse_the_log_they_came_from_through_json()
    {
        var random = new Random(9);
        var lines = Enumerable.Range(0, 3000).Select(_ => LogsPlanted.Line(random.Next(LogsPlanted.Kinds), random)).ToList();
        var log = string.Join('\n', lines);
        var mined = await Catalog.RunAsync("log-pattern-miner", "mine", new JsonObject { ["log"] = log, ["limit"] = 1000 }.ToJsonString(), Token);

        var parsed = await Catalog.RunAsync(
            "log-pattern-miner", "parse", new JsonObject { ["line"] = log, ["templates"] = mined!["templates"]!.DeepClone(), ["limit"] = 10_000 }.ToJsonString(), Token);

        Assert.Equal((3000, 0), ((int)parsed!["matched"]!, (int)parsed["unmatched"]!));
        var byId = parsed["lines"]!.AsArray().GroupBy(l => (string)l!["id"]!).ToDictionary(g => g.Key, g => g.Count());
        Assert.All(mined["templates"]!.AsArray(), t => Assert.Equal((int)t!["count"]!, byId[(string)t["id"]!]));
    }

    [Fact]
    public async Task Parameter_bounds_are_those_of_the_values()
    {
        var values = Enumerable.Range(0, 500).Select(i => (i * 7919 % 1000) - 300).ToList();

        var mined = await LogPatternMiner.Mine(LogsPlanted.Artifact(values.Select(v => $"took {v} ms of cpu")), cancellationToken: Token);

        var parameter = Assert.Single(Assert.Single(mined.Templates).Params);
        Assert.Equal((values.Min(), values.Max(), 64, true), ((int)parameter.Min!, (int)parameter.Max!, parameter.Distinct, parameter.DistinctIsLeast));
        Assert.Equal(values.Take(3).Select(v => $"{v}"), parameter.Examples);
    }

    [Fact]
    public async Task Headers_of_every_logger_are_told_from_the_message()
    {
        var mined = await Catalog.RunAsync("log-pattern-miner", "mine", """{ "log": "@mixed-headers.log" }""", Token);

        Assert.Equal(
            ["7 cache miss for key user:<num>", "2 session <num> opened for <*>", "1 *<num> open() \"<path>\" failed (<num>: No such file or directory)"],
            mined!["templates"]!.AsArray().Select(t => $"{t!["count"]} {t["template"]}"));
        Assert.Equal("""{"info":4,"error":1,"warning":2}""", Sorted(mined["templates"]![0]!["levels"]!));
    }

    [Fact]
    public async Task Same_log_gives_the_same_bytes_whatever_its_line_ends_and_encoding()
    {
        var random = new Random(11);
        var lines = Enumerable.Range(0, 2000).Select(_ => LogsPlanted.Line(random.Next(LogsPlanted.Kinds), random)).ToList();
        byte[][] forms =
        [
            Encoding.UTF8.GetBytes(string.Join('\n', lines)),
            Encoding.UTF8.GetBytes(string.Join("\r\n", lines) + "\r\n"),
            Encoding.UTF8.GetBytes(string.Join('\r', lines)),
            [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(string.Join("\r\n", lines))],
            Encoding.BigEndianUnicode.GetBytes(string.Join('\n', lines)),
            Gzip(string.Join('\n', lines)),
        ];

        HashSet<string> results = [];
        foreach (var form in forms)
        {
            results.Add(System.Text.Json.JsonSerializer.Serialize(await LogPatternMiner.Mine(Artifact.FromBytes(form, "a.log"), cancellationToken: Token)));
        }

        Assert.Single(results);
    }

    [Fact]
    public async Task A_million_distinct_lines_stay_within_the_bound_and_the_real_message_survives()
    {
        var mined = await LogPatternMiner.Mine(Stream(1_000_000, i => i % 4 == 0 ? $"steady beat {i}" : Noise(i)), limit: 10_000, maxTemplates: 1000, cancellationToken: Token);

        Assert.True(mined.Total <= 1000, $"{mined.Total} templates");
        Assert.Equal(1_000_000, mined.Templates.Sum(t => t.Count) + mined.Overflow);
        Assert.Equal(250_000, mined.Templates.Single(t => t.Template == "steady beat <num>").Count);
    }

    [Theory]
    [InlineData("a 10 MB line")]
    [InlineData("nul")]
    [InlineData("binary")]
    [InlineData("quotes")]
    [InlineData("brackets")]
    [InlineData("almost numbers")]
    [InlineData("almost addresses")]
    [InlineData("broken JSON")]
    public async Task Hostile_bytes_are_mined_without_harm(string what)
    {
        var bytes = what switch
        {
            "a 10 MB line" => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("word 12 0xff 10.0.0.1 /a/b ", 400_000))),
            "nul" => new byte[5_000_000],
            "quotes" => Encoding.ASCII.GetBytes(new string('"', 2_000_000) + "\n{\"a\":" + new string('[', 1_000_000)),
            "almost numbers" => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("1.", 5_000_000)) + "xxxx"),
            "almost addresses" => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(string.Concat(Enumerable.Repeat("a.", 16_000)) + "@\n", 200))),
            "broken JSON" => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":1}\n{\"b\"}\n", 300_000))),
            "brackets" => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{[<(\n", 400_000))),
            _ => RandomBytes(5_000_000),
        };

        var mined = await LogPatternMiner.Mine(Artifact.FromBytes(bytes, "x.bin"), masks: Enum.GetValues<LogMask>(), cancellationToken: Token);
        var baseline = await LogAnomalyFinder.Baseline(Artifact.FromBytes(bytes, "x.bin"), cancellationToken: Token);
        await Assert.ThrowsAsync<InvalidInputException>(() => AccessLogAnalyst.Summarize(Artifact.FromBytes(bytes, "x.bin"), cancellationToken: Token));
        await Assert.ThrowsAsync<InvalidInputException>(() => StackTraceGrouper.Group(Artifact.FromBytes(bytes, "x.bin"), cancellationToken: Token));

        Assert.Equal(mined.Entries, baseline.Entries);
        var whole = await LogPatternMiner.Mine(Artifact.FromBytes(bytes, "x.bin"), limit: 10_000, cancellationToken: Token);
        Assert.Equal(mined.Entries, whole.Overflow + whole.Templates.Sum(t => t.Count));
    }

    [Fact]
    public async Task Mining_stops_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var log = Stream(100_000_000, i =>
        {
            if (i == 100_000)
            {
                stop.Cancel();
            }

            return "beat";
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LogPatternMiner.Mine(log, cancellationToken: stop.Token));
    }

    private static string Noise(int i) => $"{(char)('a' + (i % 26))}{Word(i)} {Word(i * 31)} {Word(i * 17)} {Word(i * 7)}";

    private static string Word(int i) => string.Concat(Enumerable.Range(0, 6).Select(k => (char)('a' + (((i * 2654435761L) >> (4 * k)) & 15))));

    private static Artifact Stream(int lines, Func<int, string> line) =>
        new("stream.log", "text/plain", null, _ => ValueTask.FromResult<System.IO.Stream>(new LogsLineStream(lines, line)));

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(5).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static string Replace(string template, string value)
    {
        var start = template.IndexOf('<', StringComparison.Ordinal);
        while (!LogMaskTexts.Any(m => template.AsSpan(start).StartsWith(m)))
        {
            start = template.IndexOf('<', start + 1);
        }

        // A value is marked, so that it is not taken for the next place.
        return template[..start] + value + template[(template.IndexOf('>', start) + 1)..];
    }

    private static readonly string[] LogMaskTexts = ["<num>", "<hex>", "<ip>", "<uuid>", "<time>", "<path>", "<url>", "<email>", "<str>", "<*>"];

    private static string Sorted(JsonNode levels) =>
        new JsonObject(levels.AsObject().OrderBy(l => l.Key.Length).Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value!.DeepClone()))).ToJsonString();
}
