using System.ComponentModel;
using Microsoft.SemanticKernel;
using Parquet.Meta;
using Parquet.Schema;
using Parquet.Serialization;
using Sutazai.Agents.Data.DataFiles.Columnar;

namespace Sutazai.Agents.Data.DataFiles;

public sealed class ParquetInspector : IAgent
{
    // A reader of whole nested rows holds a row group several times over.
    private const long MaxNestedRowGroupBytes = 32 << 20;

    public static AgentDefinition Definition { get; } = new("parquet-inspector")
    {
        Purpose = "Reads Parquet metadata and sample rows without a data stack.",
        Instructions = """
            You judge the layout of Parquet files. Call schema first; add column_stats when the question names a filter or a range, and
            sample when it asks what the data looks like. For a stated query say whether the layout suits it: few, large row groups (about
            128 MB), statistics on the filtered column, a sort order that lets row groups be skipped, a codec fit for the use. Quote bytes
            and counts from the tools.
            """,
        Size = AgentSize.Heavy,
        Examples =
        [
            new("Which columns and row groups does this file have?") { Files = ["@trips.parquet"], Calls = ["schema"], Says = ["trip_id", "SNAPPY"] },
            new("What is the price range?") { Files = ["@trips.parquet"], Calls = ["column_stats"], Says = ["99.99"] },
        ],
    };

    [KernelFunction("schema")]
    [Description("Gives a Parquet file's columns with types, codec and encodings, its row groups with sizes, and its key-value metadata. Reads only the footer.")]
    [ToolExample("""{ "file": "@trips.parquet" }""", """
        {
          "rows": 5, "columnsTotal": 6, "rowGroupsTotal": 2, "codecs": ["SNAPPY"], "formatVersion": 1,
          "columns": [
            { "path": "trip_id", "type": "INT_32", "physicalType": "INT32", "nullable": false, "repeated": false, "codec": "SNAPPY", "rowGroupsWithStatistics": 2 },
            { "path": "city", "type": "STRING", "physicalType": "BYTE_ARRAY", "nullable": true },
            { "path": "price", "type": "DECIMAL(9,2)", "physicalType": "INT32" },
            { "path": "km", "type": "DOUBLE" },
            { "path": "started", "physicalType": "INT64", "nullable": false },
            { "path": "paid", "type": "BOOLEAN", "rowGroupsWithStatistics": 0 }
          ],
          "rowGroups": [{ "index": 0, "rows": 3 }, { "index": 1, "rows": 2 }]
        }
        """, Partial = true)]
    [ToolExample("""{ "file": "PAR1 is only its first word" }""", "is cut off: it begins as Parquet, but does not end with PAR1", Nasty = true, Fails = true)]
    [ToolExample("""{ "file": "a,b\n1,2\n3,4\n" }""", "is not Parquet: it does not begin with PAR1", Nasty = true, Fails = true)]
    public static async Task<ParquetLayout> SchemaAsync(
        [Description("A Parquet file.")] Artifact file, CancellationToken cancellationToken = default)
    {
        await using var parquet = await ParquetFile.OpenAsync(file, cancellationToken);
        var groups = parquet.Metadata.RowGroups;
        var chunks = groups.SelectMany(g => g.Columns).Select(c => c.MetaData!).ToArray();
        return new ParquetLayout(
            groups.Sum(g => g.NumRows), parquet.Fields.Count,
            [.. parquet.Fields.Take(ParquetReports.MaxColumns).Select((f, i) => ColumnOf(f, [.. groups.Select(g => g.Columns[i].MetaData!)]))],
            groups.Count, [.. groups.Take(1000).Select((g, i) => RowGroupOf(parquet, g, i))],
            [.. chunks.GroupBy(c => c.Codec).OrderByDescending(c => c.Sum(x => x.TotalCompressedSize)).ThenBy(c => c.Key).Select(c => c.Key.ToString())])
        {
            CreatedBy = parquet.Metadata.CreatedBy,
            FormatVersion = parquet.Metadata.Version,
            KeyValues = [.. (parquet.Metadata.KeyValueMetadata ?? []).Take(100).Select(k => new ParquetKeyValue(k.Key, k.Value is null ? null : Tables.CellText.Shown(k.Value)))],
        };
    }

    [KernelFunction("sample")]
    [Description("Gives the first rows of a Parquet file, nested values included.")]
    [ToolExample("""{ "file": "@trips.parquet", "n": 2 }""", """
        { "total": 5, "rows": [
          { "trip_id": 1, "city": "Espoo", "price": 12.50, "km": 3.5, "started": "2024-05-01T08:30:00Z", "paid": true },
          { "trip_id": 2, "city": null, "price": 7.25, "km": 1.25, "started": "2024-05-01T09:30:00Z", "paid": true }] }
        """)]
    [ToolExample("""{ "file": "@nested.parquet" }""", """
        { "total": 2, "rows": [
          { "id": 1, "tags": ["new", "vip"], "address": { "street": "Main St", "number": 5 }, "counts": { "a": 1 } },
          { "id": 2, "tags": [], "address": { "street": "Ring", "number": 12 }, "counts": { "b": 2, "c": 3 } }] }
        """)]
    [ToolExample("""{ "file": "@trips.parquet", "n": 0 }""", "'n' is from 1 to 1000", Nasty = true, Fails = true)]
    public static async Task<ParquetSample> SampleAsync(
        [Description("A Parquet file.")] Artifact file,
        [Description("How many rows, from 1 to 1000.")] int n = 10,
        CancellationToken cancellationToken = default)
    {
        if (n is < 1 or > ParquetReports.MaxSampleRows)
        {
            throw new InvalidInputException($"'n' is from 1 to {ParquetReports.MaxSampleRows}, not {n}.");
        }

        await using var parquet = await ParquetFile.OpenAsync(file, cancellationToken);
        var flat = parquet.Fields.All(f => f.Path.Length == 1 && f.MaxRepetitionLevel == 0);
        List<IReadOnlyDictionary<string, object?>> rows = [];
        for (var group = 0; group < parquet.Metadata.RowGroups.Count && rows.Count < n; group++)
        {
            rows.AddRange(flat
                ? await FlatRowsAsync(parquet, group, n - rows.Count, cancellationToken)
                : await NestedRowsAsync(file, parquet, group, n - rows.Count, cancellationToken));
        }

        return new ParquetSample(parquet.Metadata.RowGroups.Sum(g => g.NumRows), rows);
    }

    [KernelFunction("column_stats")]
    [Description("Gives the least and greatest value and the nulls of each column, from the file's statistics or, where it has none, from its values.")]
    [ToolExample("""{ "file": "@trips.parquet" }""", """
        [
          { "path": "trip_id", "min": 1, "max": 5, "nulls": 0, "values": 5, "source": "metadata" },
          { "path": "city", "min": "Aachen", "max": "Zürich", "nulls": 1, "values": 5, "source": "metadata" },
          { "path": "price", "min": -1, "max": 99.99, "nulls": 1, "values": 5 },
          { "path": "km", "min": 0.5, "max": 8, "nulls": 1, "values": 5 },
          { "path": "started", "min": "2024-05-01T08:30:00Z", "max": "2024-05-03T23:30:00Z", "nulls": 0, "values": 5 },
          { "path": "paid", "min": false, "max": true, "nulls": 1, "values": 5, "source": "computed" }
        ]
        """, Partial = true)]
    [ToolExample("""{ "file": { "name": "cut.parquet", "base64": "UEFSMQ==" } }""", "is not Parquet: it has 4 bytes", Nasty = true, Fails = true)]
    public static async Task<IReadOnlyList<ParquetColumnStats>> ColumnStatsAsync(
        [Description("A Parquet file.")] Artifact file,
        [Description("Only these columns, by their path. Leave it out for all.")] IReadOnlyList<string>? columns = null,
        CancellationToken cancellationToken = default)
    {
        await using var parquet = await ParquetFile.OpenAsync(file, cancellationToken);
        if (columns?.FirstOrDefault(c => parquet.Fields.All(f => PathOf(f) != c)) is { } unknown)
        {
            throw new InvalidInputException($"'{file.Name}' has no column '{unknown}'; it has {string.Join(", ", parquet.Fields.Take(50).Select(PathOf))}.");
        }

        List<ParquetColumnStats> stats = [];
        for (var i = 0; i < Math.Min(parquet.Fields.Count, ParquetReports.MaxColumns); i++)
        {
            if (columns is null or [] || columns.Contains(PathOf(parquet.Fields[i])))
            {
                stats.Add(await ColumnBounds.OfAsync(parquet, i, PathOf(parquet.Fields[i]), cancellationToken));
            }
        }

        return stats;
    }

    private static string PathOf(DataField field) => string.Join('.', field.Path.ToList());

    private static ParquetColumn ColumnOf(DataField field, ColumnMetaData[] chunks) =>
        new(PathOf(field), LogicalName(field), (chunks.FirstOrDefault()?.Type ?? field.SchemaElement?.Type)?.ToString() ?? "unknown", field.IsNullable, field.MaxRepetitionLevel > 0,
            chunks.FirstOrDefault()?.Codec.ToString() ?? "none", [.. chunks.SelectMany(c => c.Encodings).Distinct().Order().Select(e => e.ToString())])
        {
            CompressedBytes = chunks.Sum(c => c.TotalCompressedSize),
            UncompressedBytes = chunks.Sum(c => c.TotalUncompressedSize),
            RowGroupsWithStatistics = chunks.Count(c => (c.Statistics?.MinValue ?? c.Statistics?.Min) is not null),
        };

    private static string LogicalName(DataField field) => field switch
    {
        DecimalDataField d => $"DECIMAL({d.Precision},{d.Scale})",
        _ when field.ClrType == typeof(ReadOnlyMemory<char>) || field.ClrType == typeof(string) => "STRING",
        _ when field.ClrType == typeof(DateTime) => field.SchemaElement?.Type == Parquet.Meta.Type.INT32 ? "DATE" : "TIMESTAMP",
        _ when field.ClrType == typeof(DateOnly) => "DATE",
        _ when field.ClrType == typeof(TimeOnly) || field.ClrType == typeof(TimeSpan) => "TIME",
        _ when field.ClrType == typeof(Guid) => "UUID",
        _ => (field.SchemaElement?.ConvertedType?.ToString() ?? field.SchemaElement?.Type?.ToString()) ?? field.ClrType.Name,
    };

    private static ParquetRowGroup RowGroupOf(ParquetFile parquet, RowGroup group, int index) =>
        new(index, group.NumRows, group.Columns.Sum(c => c.MetaData!.TotalCompressedSize), group.Columns.Sum(c => c.MetaData!.TotalUncompressedSize),
            [.. (group.SortingColumns ?? []).Where(s => s.ColumnIdx >= 0 && s.ColumnIdx < parquet.Fields.Count)
                .Select(s => PathOf(parquet.Fields[s.ColumnIdx]) + (s.Descending ? " descending" : ""))]);

    private static async Task<IEnumerable<IReadOnlyDictionary<string, object?>>> FlatRowsAsync(
        ParquetFile parquet, int group, int count, CancellationToken cancellationToken)
    {
        List<object?[]> columns = [];
        foreach (var field in parquet.Fields.Take(ParquetReports.MaxColumns))
        {
            columns.Add(await parquet.ReadColumnAsync(group, field, raw => ParquetValues.First(raw, field, count), cancellationToken));
        }

        var rows = columns is [] ? 0 : columns.Min(c => c.Length);
        return Enumerable.Range(0, rows).Select(row => columns.Index().ToDictionary(c => parquet.Fields[c.Index].Name, c => c.Item[row]));
    }

    private static async Task<IEnumerable<IReadOnlyDictionary<string, object?>>> NestedRowsAsync(
        Artifact file, ParquetFile parquet, int group, int count, CancellationToken cancellationToken)
    {
        if (parquet.Metadata.RowGroups[group].Columns.Sum(c => c.MetaData!.TotalUncompressedSize) > MaxNestedRowGroupBytes)
        {
            throw new InvalidInputException(
                $"'{file.Name}' has nested columns in row groups of more than {MaxNestedRowGroupBytes >> 20} MiB, which are too large to sample; column_stats reads them.");
        }

        await parquet.CheckPagesAsync(group, cancellationToken);
        var read = await parquet.CheckedAsync(() => ParquetSerializer.DeserializeUntypedAsync(parquet.Rewound(), rowGroupIndex: group, cancellationToken: cancellationToken));
        return read.Data.Take(count).Select(row => parquet.Reader.Schema.Fields.ToDictionary(
            f => f.Name, f => ParquetValues.Shown(row.GetValueOrDefault(f.Name) ?? (f.SchemaType == SchemaType.List ? Array.Empty<object>() : null), 0)));
    }
}
