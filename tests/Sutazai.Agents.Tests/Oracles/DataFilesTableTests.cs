using System.Globalization;
using System.Text;
using CsCheck;
using CsvHelper;
using Sutazai.Agents.Data.DataFiles;
using Sutazai.Agents.Data.DataFiles.Tables;

namespace Sutazai.Agents.Tests.Oracles;

/// <summary>Tables read a second way: by CsvHelper, and by the writer that knows what it wrote.</summary>
public class DataFilesTableTests
{
    private static readonly Gen<string> s_field = Gen.OneOf("a", "B7", "ü", "漢", "\"", ",", ";", "\t", "|", "\n", "\r\n", "\r", " ", "1", "\0").Array[0, 6].Select(string.Concat);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Table_written_in_any_dialect_comes_back_equal() =>
        Gen.Select(
            Gen.Int[1, 5].SelectMany(width => s_field.Array[width].Array[1, 30]), Gen.OneOf(',', ';', '\t', '|', '^'),
            Gen.OneOf("\n", "\r\n", "\r"), Gen.Bool, Gen.Bool)
        .Sample((rows, delimiter, lineEnd, quoteAll, endLast) =>
        {
            var text = string.Join(lineEnd, rows.Select(r => string.Join(delimiter, r.Select(f => Written(f, delimiter, quoteAll || r.Length == 1))))) + (endLast ? lineEnd : "");
            Assert.Equal(rows.Select(r => string.Join('\u241F', r)), Scan(Encoding.UTF8.GetBytes(text), (byte)delimiter).Select(r => string.Join('\u241F', r)));
        }, iter: 2000);

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16", false)]
    [InlineData("windows-1252", false)]
    public async Task Encodings_and_marks_give_the_same_profile(string name, bool mark)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        var text = string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i};Größe {i % 7};{i / 4.0:F2}\n").Prepend("id;größe;wert\n"));
        byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];

        var profile = await CsvProfiler.ProfileAsync(Artifact.FromBytes(bytes, "x.csv"), cancellationToken: Cancellation);

        Assert.Equal((5000, 3), ((int)profile.Rows, profile.Columns.Count));
        Assert.Equal(("größe", 7L, "Größe 0"), (profile.Columns[1].Name, profile.Columns[1].Distinct, profile.Columns[1].Min as string));
        Assert.Equal((ColumnType.Decimal, 1249.75), (profile.Columns[2].Type, profile.Columns[2].Max));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Profile_agrees_with_CsvHelper_on_a_large_table(int seed)
    {
        var csv = Orders(seed, rows: 20_000);
        var expected = ByCsvHelper(csv);

        var profile = await CsvProfiler.ProfileAsync(Artifact.FromText(csv, "orders.csv"), cancellationToken: Cancellation);

        Assert.Equal(expected["id"].Count, profile.Rows);
        Assert.Equal((0, 0L), ((int)profile.Ragged.Count, profile.StrayQuotes));
        Assert.Equal(["id", "price", "on", "note", "flag"], profile.Columns.Select(c => c.Name));
        foreach (var column in profile.Columns)
        {
            var values = expected[column.Name].Where(v => v.Length > 0).ToList();
            Assert.Equal(expected[column.Name].Count - values.Count, column.Nulls);
            var distinct = values.Distinct().Count();
            Assert.InRange(column.Distinct, column.DistinctIsEstimate ? distinct * 0.96 : distinct, column.DistinctIsEstimate ? distinct * 1.04 : distinct);
            if (!column.DistinctIsEstimate)
            {
                Assert.Equal(
                    values.CountBy(v => v).OrderByDescending(v => v.Value).ThenBy(v => v.Key, StringComparer.Ordinal).Take(5).Select(v => (v.Key, (long)v.Value)),
                    column.Top5.Select(v => (v.Value, v.Count)));
            }
        }

        var prices = expected["price"].Where(p => p.Length > 0).Select(p => decimal.Parse(p, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(((double)prices.Min(), (double)prices.Max()), ((double)profile.Columns[1].Min!, (double)profile.Columns[1].Max!));
        Assert.Equal((double)(prices.Sum() / prices.Count), profile.Columns[1].Mean!.Value, 1e-9);
        Assert.Equal((expected["on"].Where(d => d.Length > 0).Min(), expected["on"].Max()), (profile.Columns[2].Min as string, profile.Columns[2].Max as string));
        Assert.Equal([ColumnType.Integer, ColumnType.Decimal, ColumnType.Date, ColumnType.Text, ColumnType.Boolean], profile.Columns.Select(c => c.Type));
    }

    [Fact]
    public async Task Mean_is_exact_where_adding_doubles_is_not()
    {
        var csv = "x\n" + string.Concat(Enumerable.Repeat("0.1\n", 100_000)) + "9007199254740993.0\n-9007199254740993.0\n";

        var profile = await CsvProfiler.ProfileAsync(Artifact.FromText(csv), header: true, cancellationToken: Cancellation);

        Assert.Equal(CellText.Rounded(10_000.0 / 100_002), profile.Columns[0].Mean);
    }

    [Fact]
    public async Task Frequent_values_are_found_among_many_rare_ones()
    {
        var random = new Random(7);
        var csv = new StringBuilder("key\n");
        for (var i = 0; i < 300_000; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{(i % 10 == 0 ? "often" : i % 25 == 1 ? "sometimes" : $"k{random.NextInt64():x}")}\n");
        }

        var column = (await CsvProfiler.ProfileAsync(Artifact.FromText(csv.ToString()), cancellationToken: Cancellation)).Columns[0];

        Assert.True(column.DistinctIsEstimate);
        Assert.InRange(column.Distinct, 258_000 * 0.97, 258_000 * 1.03);
        Assert.Equal(["often", "sometimes"], column.Top5.Select(v => v.Value));
        Assert.All(column.Top5.Zip([30_000L, 12_000L]), pair => Assert.InRange(pair.Second, pair.First.AtLeast, pair.First.Count));
    }

    [Theory]
    [InlineData("31/01/2024\n02/03/2024\n", DateOrder.DayFirst, "2024-01-31", "2024-03-02")]
    [InlineData("01/31/2024\n02/03/2024\n", DateOrder.MonthFirst, "2024-01-31", "2024-02-03")]
    [InlineData("01/02/2024\n02/03/2024\n", DateOrder.Ambiguous, "2024-02-01", "2024-03-02")]
    [InlineData("31/01/2024\n01/31/2024\n", DateOrder.Contradictory, "2024-01-31", "2024-01-31")]
    public async Task Order_of_day_and_month_is_judged_from_all_dates(string dates, DateOrder order, string min, string max)
    {
        var column = (await CsvProfiler.ProfileAsync(Artifact.FromText("on\n" + dates), cancellationToken: Cancellation)).Columns[0];

        Assert.Equal((ColumnType.Date, order, min, max), (column.Type, column.DateOrder, column.Min as string, column.Max as string));
    }

    [Theory]
    [InlineData("a,b\n1,2\n", ",", true)]
    [InlineData("1,5;2,5\n3,25;4,75\n", ";", false)]
    [InlineData("name\tcity\nAda, Countess\tLondon\nGrace\tNew York, NY\n", "\t", true)]
    [InlineData("1|x\n2|y\n", "|", false)]
    [InlineData("first,last\nAda,Lovelace\nGrace,Hopper\n", ",", true)]
    [InlineData("single\n1\n2\n", ",", true)]
    public async Task Dialect_is_found_by_evidence(string csv, string delimiter, bool header)
    {
        var dialect = await CsvProfiler.DialectAsync(Artifact.FromText(csv), Cancellation);

        Assert.Equal((delimiter, header), (dialect.Delimiter, dialect.Header));
    }

    [Fact]
    public async Task Huge_field_is_cut_and_counted_and_the_rest_is_read()
    {
        var csv = "a,b\n1,\"" + new string('x', 10_000_000) + "\"\"\"\n2,y\n3," + new string('z', 300_000) + "\n4,w";

        var profile = await CsvProfiler.ProfileAsync(Artifact.FromText(csv), cancellationToken: Cancellation);

        Assert.Equal((4, 2, 0L), ((int)profile.Rows, (int)profile.TruncatedFields, profile.Ragged.Count));
        Assert.Equal((4L, CsvScanner.MaxFieldBytes), ((long)profile.Columns[0].Max!, profile.Columns[1].MaxBytes));
    }

    [Fact]
    public void Any_bytes_at_all_give_a_profile() =>
        Gen.Byte.Array[0, 3000].Sample(bytes =>
        {
            bytes = [(byte)'x', .. bytes];
            var profile = CsvProfiler.ProfileAsync(Artifact.FromBytes(bytes, "noise"), cancellationToken: Cancellation).GetAwaiter().GetResult();
            System.Text.Json.JsonSerializer.Serialize(profile, Clients.SutazaiJson.Options);
        }, iter: 500);

    [Fact]
    public async Task Cancelled_profile_stops()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CsvProfiler.ProfileAsync(Artifact.FromText("a,b\n1,2\n"), cancellationToken: cancelled.Token));
    }

    private static string Written(string field, char delimiter, bool quote) =>
        quote || field.AsSpan().IndexOfAny("\"\r\n") >= 0 || field.Contains(delimiter) ? $"\"{field.Replace("\"", "\"\"")}\"" : field;

    private static List<List<string>> Scan(byte[] bytes, byte delimiter)
    {
        var scanner = new CsvScanner(default, new MemoryStream(bytes), delimiter, (byte)'"');
        List<List<string>> rows = [];
        List<string> row = [];
        do
        {
            while (scanner.TryRead(out var field))
            {
                row.Add(Encoding.UTF8.GetString(field.Value));
                if (field.EndsRow)
                {
                    rows.Add(row);
                    row = [];
                }
            }
        }
        while (scanner.FillAsync(Cancellation).AsTask().GetAwaiter().GetResult());
        return rows;
    }

    private static string Orders(int seed, int rows)
    {
        var random = new Random(seed);
        var text = new StringBuilder("id,price,on,note,flag\n");
        string[] words = ["plain", "has, comma", "has \"quotes\"", "two\nlines", "ümlaut", " padded "];
        for (var i = 0; i < rows; i++)
        {
            string[] fields =
            [
                (i * 3).ToString(CultureInfo.InvariantCulture),
                random.Next(5) == 0 ? "" : (random.Next(-100_000, 100_000) / 100m).ToString("F2", CultureInfo.InvariantCulture),
                random.Next(9) == 0 ? "" : new DateOnly(2020, 1, 1).AddDays(random.Next(2000)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                words[random.Next(words.Length)] + (random.Next(2) == 0 ? "" : words[random.Next(words.Length)]),
                random.Next(3) == 0 ? "true" : "false",
            ];
            text.AppendJoin(',', fields.Select(f => Written(f, ',', quote: false))).Append(seed % 2 == 0 ? "\r\n" : "\n");
        }

        return text.ToString();
    }

    private static Dictionary<string, List<string>> ByCsvHelper(string text)
    {
        using var csv = CsvReader.FromText(text, new CsvReaderOptions());
        csv.ReadHeader();
        var columns = csv.Headers.ToArray().ToDictionary(h => h, _ => new List<string>());
        while (csv.Read())
        {
            foreach (var (name, values) in columns)
            {
                values.Add(csv.GetString(name));
            }
        }

        return columns;
    }
}
