using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Parquet;
using Parquet.Schema;
using Sutazai.Agents.Data.DataFiles;
using Sutazai.Agents.Data.DataFiles.Quality;
using Sutazai.Agents.Data.DataFiles.Spreadsheets;
using Sutazai.Clients;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>JSON, Parquet, workbooks and rules against second ways to the same answers, planted faults and broken files.</summary>
public class DataFilesOracleTests
{
    private static readonly SampleArtifacts s_samples = new(typeof(CsvProfiler).Assembly);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Paths_agree_with_a_walk_over_the_parsed_document()
    {
        var leaf = Gen.OneOf(Gen.Int.Select(i => (JsonNode?)i), Gen.Bool.Select(b => (JsonNode?)b), Gen.String[Gen.Char.AlphaNumeric, 0, 5].Select(s => (JsonNode?)s), Gen.Const((JsonNode?)null));
        var tree = Gen.Recursive<JsonNode?>((depth, inner) => depth > 4 ? leaf : Gen.OneOf(
            leaf,
            inner.Array[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])),
            Gen.Select(Gen.OneOf("a", "b", "c d", "e'f"), inner).Array[0, 4].Select(m => (JsonNode?)new JsonObject(m.DistinctBy(x => x.Item1).Select(x => KeyValuePair.Create(x.Item1, x.Item2?.DeepClone()))))));

        Gen.Select(tree.Array[1, 5], Gen.Bool).Sample((documents, indented) =>
        {
            var text = string.Join("\n", documents.Select(d => d?.ToJsonString(new JsonSerializerOptions { WriteIndented = indented }) ?? "null"));
            Dictionary<string, long> expected = [];
            foreach (var document in documents)
            {
                Count(document, "$", expected);
            }

            var report = JsonProfiler.PathsAsync([Artifact.FromText(text)], 10_000, Cancellation).GetAwaiter().GetResult();

            Assert.Equal(documents.Length, report.Documents);
            Assert.Equal(expected.OrderBy(e => e.Key, StringComparer.Ordinal), report.Paths.ToDictionary(p => p.Path, p => p.Count).OrderBy(e => e.Key, StringComparer.Ordinal));
        }, iter: 500);
    }

    [Fact]
    public async Task Objects_used_as_maps_are_counted_together_and_memory_stays_bounded()
    {
        var json = "{" + string.Join(",", Enumerable.Range(0, 20_000).Select(i => $"\"user{i}\":{{\"n\":{i}}}")) + "}";

        var report = await JsonProfiler.PathsAsync([Artifact.FromText(json)], cancellationToken: Cancellation);

        Assert.Equal(["$"], report.Collapsed);
        Assert.InRange(report.Total, 1000, 1100);
    }

    [Fact]
    public async Task Ten_megabyte_string_is_one_value()
    {
        var report = await JsonProfiler.DepthAsync(Artifact.FromText("[\"" + new string('x', 10_000_000) + "\"]"), cancellationToken: Cancellation);

        Assert.Equal((1, 10_000_004L), (report.Depth, report.Size));
    }

    [Fact]
    public async Task Parquet_bounds_are_those_of_the_values_written()
    {
        var random = new Random(3);
        var (number, real, text) = (new DataField<long>("number"), new DataField<double>("real", true), new DataField("text", typeof(string), isNullable: true));
        var (numbers, reals, texts) = (new List<long>(), new List<double?>(), new List<string?>());
        using var file = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(number, real, text), file, cancellationToken: Cancellation))
        {
            for (var group = 0; group < 3; group++)
            {
                long[] n = [.. Enumerable.Range(0, 500).Select(_ => random.NextInt64(-1_000_000, 1_000_000))];
                double?[] r = [.. n.Select(x => x % 7 == 0 ? (double?)null : x / 8.0)];
                string?[] t = [.. n.Select(x => x % 5 == 0 ? null : $"t{x}")];
                using var rows = writer.CreateRowGroup();
                await rows.WriteAsync<long>(number, n.AsMemory(), cancellationToken: Cancellation);
                await rows.WriteAsync<double>(real, r.AsMemory(), cancellationToken: Cancellation);
                await rows.WriteAsync(text, t!);
                rows.CompleteValidate();
                numbers.AddRange(n);
                reals.AddRange(r);
                texts.AddRange(t);
            }
        }

        var stats = await ParquetInspector.ColumnStatsAsync(Artifact.FromBytes(file.ToArray(), "x.parquet"), cancellationToken: Cancellation);

        Assert.Equal<(object?, object?, long)>(
            [
                (numbers.Min(), numbers.Max(), 0),
                (reals.Min(), reals.Max(), reals.Count(r => r is null)),
                (texts.Where(t => t is not null).Min(StringComparer.Ordinal), texts.Max(StringComparer.Ordinal), texts.Count(t => t is null)),
            ],
            stats.Select(s => (s.Min, s.Max, s.Nulls)));
    }

    [Theory]
    [InlineData("@trips.parquet")]
    [InlineData("@nested.parquet")]
    public async Task Damaged_Parquet_is_read_or_refused_never_worse(string sample)
    {
        var good = await BytesAsync(sample);
        var random = new Random(11);
        for (var i = 0; i < 1500; i++)
        {
            var bytes = i % 10 == 0 ? good[..random.Next(good.Length)] : (byte[])good.Clone();
            for (var change = 0; change < 3 && bytes.Length > 0; change++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            await RefusesOrAnswers(() => ParquetInspector.SchemaAsync(Artifact.FromBytes(bytes, "x"), Cancellation));
            await RefusesOrAnswers(() => ParquetInspector.ColumnStatsAsync(Artifact.FromBytes(bytes, "x"), cancellationToken: Cancellation));
            await RefusesOrAnswers(() => ParquetInspector.SampleAsync(Artifact.FromBytes(bytes, "x"), cancellationToken: Cancellation));
        }
    }

    [Fact]
    public async Task Damaged_workbook_is_read_or_refused_never_worse()
    {
        var good = await BytesAsync("@budget.xlsx");
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var bytes = i % 10 == 0 ? good[..random.Next(good.Length)] : (byte[])good.Clone();
            for (var change = 0; change < 3 && bytes.Length > 0; change++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            await RefusesOrAnswers(() => SpreadsheetInspector.FormulasAsync(Artifact.FromBytes(bytes, "x"), cancellationToken: Cancellation));
        }
    }

    [Fact]
    public async Task Zip_bomb_is_refused()
    {
        using var bomb = new MemoryStream();
        using (var zip = new ZipArchive(bomb, ZipArchiveMode.Create, leaveOpen: true))
        {
            var spaces = new byte[1 << 20];
            Array.Fill(spaces, (byte)' ');
            using var entry = zip.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.Fastest).Open();
            for (var i = 0; i < 600; i++)
            {
                entry.Write(spaces);
            }
        }

        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => SpreadsheetInspector.SheetsAsync(Artifact.FromBytes(bomb.ToArray(), "bomb.xlsx"), Cancellation));

        Assert.Contains("unpacks to more than 512 MiB", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SUM(A1:B2,C3)", "A1:B2 C3")]
    [InlineData("'My ''best'' sheet'!$A$1+Data!B:B", "'My ''best'' sheet'!$A$1 Data!B:B")]
    [InlineData("[1]Rates!A1*Jan:Mar!C7", "[1]Rates!A1 Jan:Mar!C7")]
    [InlineData("LOG10(3)+ATAN2(A1,1:1)", "A1 1:1")]
    [InlineData("\"A1\"&\" said \"\"B2\"\"\"&C3", "C3")]
    [InlineData("SUM(Sales[Amount])+Sales[[#Totals],[Net]]", "Sales[Amount] Sales[[#Totals],[Net]]")]
    [InlineData("#REF!+Old!#REF!+TAX2024_RATE", "#REF! Old!#REF!")]
    [InlineData("A1+A1+1E5", "A1")]
    public void References_are_those_a_reader_sees(string formula, string expected) =>
        Assert.Equal(expected, string.Join(' ', Formula.References(formula)));

    [Theory]
    [InlineData("A1+$A1+A$1+$A$1", 2, 3, "D3+$A3+D$1+$A$1")]
    [InlineData("SUM(A:A,$2:2)+LOG10(Z1)", 1, 1, "SUM(B:B,$2:3)+LOG10(AA2)")]
    [InlineData("'A1 x'!B2&\"B2\"", 1, 0, "'A1 x'!B3&\"B2\"")]
    [InlineData("A1", -1, 0, "#REF!")]
    public void Shared_formula_moves_its_relative_references(string formula, int rows, int columns, string expected) =>
        Assert.Equal(expected, Formula.Moved(formula, rows, columns));

    [Fact]
    public async Task Planted_faults_are_found_and_nothing_else()
    {
        var random = new Random(9);
        int[] empty = [17, 400], twice = [250], late = [33, 34, 999], badCode = [5];
        var csv = new StringBuilder("id,code,start,end\n");
        for (var row = 1; row <= 1000; row++)
        {
            var start = new DateOnly(2024, 1, 1).AddDays(random.Next(300));
            var end = start.AddDays(late.Contains(row) ? -1 : random.Next(30));
            csv.Append(CultureInfo.InvariantCulture, $"{(twice.Contains(row) ? row - 100 : row)},{(badCode.Contains(row) ? "x1" : $"K{row % 10}")},{(empty.Contains(row) ? "" : $"{start:yyyy-MM-dd}")},{end:yyyy-MM-dd}\n");
        }

        QualityRule[] rules =
        [
            new(RuleKind.NotNull) { Column = "start" },
            new(RuleKind.Unique) { Column = "id" },
            new(RuleKind.Compare) { Column = "end", Operator = Comparison.GreaterOrEqual, Other = "start" },
            new(RuleKind.Pattern) { Column = "code", Pattern = "K[0-9]" },
            new(RuleKind.Range) { Column = "id", Min = "1", Max = "1000" },
            new(RuleKind.Type) { Column = "end", Type = Agents.Data.DataFiles.Tables.ValueKind.Date },
        ];

        var report = await DataQualityAuditor.CheckAsync(Artifact.FromText(csv.ToString()), rules, examples: 10, Cancellation);

        Assert.Equal<IEnumerable<long>>(
            [[17, 400], [250], [33, 34, 999], [5], [], []], report.Results.Select(r => r.FailedRows.Select(f => f.Row)));
        Assert.Equal("also in row 150", report.Results[1].FailedRows[0].Why);
        Assert.Equal(Math.Round((0.998 + 0.999 + (1 - (3.0 / 998)) + 0.999 + 1 + 1) / 6 * 100, 2), report.Score);
    }

    [Fact]
    public void Suggested_rules_hold_for_the_table_they_come_from() =>
        Gen.Select(Gen.Int[-50, 50], Gen.Date, Gen.OneOf("A-1", "A-2", "B-77", "", "free text"), Gen.Bool).Array[1, 60].Sample(rows =>
        {
            var csv = "n,on,code,flag\n" + string.Concat(rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Item1},{r.Item2:yyyy-MM-dd},{r.Item3},{r.Item4}\n")));
            var table = Artifact.FromText(csv);
            var suggested = DataQualityAuditor.SuggestRulesAsync(table, Cancellation).GetAwaiter().GetResult();
            var json = JsonSerializer.Serialize(suggested.Rules, SutazaiJson.Options);
            var rules = JsonSerializer.Deserialize<QualityRule[]>(json, SutazaiJson.Options)!;

            var report = DataQualityAuditor.CheckAsync(table, rules, cancellationToken: Cancellation).GetAwaiter().GetResult();

            Assert.Equal((true, 100.0), (report.Passed, report.Score));
            Assert.Contains(rules, r => r is { Kind: RuleKind.Type, Column: "n" });
        }, iter: 200);

    private static void Count(JsonNode? node, string path, Dictionary<string, long> counts)
    {
        counts[path] = counts.GetValueOrDefault(path) + 1;
        foreach (var item in node as JsonArray ?? [])
        {
            Count(item, path + "[]", counts);
        }

        foreach (var (name, value) in node as JsonObject ?? [])
        {
            Count(value, path + (name.All(char.IsLetter) ? $".{name}" : $"['{name.Replace("'", "\\'")}']"), counts);
        }
    }

    private static async Task<byte[]> BytesAsync(string sample)
    {
        await using var stream = await (await s_samples.FindAsync(sample, Cancellation))!.OpenAsync(Cancellation);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancellation);
        return copy.ToArray();
    }

    private static async Task RefusesOrAnswers<T>(Func<Task<T>> run)
    {
        try
        {
            JsonSerializer.Serialize(await run(), SutazaiJson.Options);
        }
        catch (InvalidInputException)
        {
            // Refused in words; anything else fails the test.
        }
    }
}
