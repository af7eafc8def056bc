namespace Sutazai.Agents.Data.DataFiles.Columnar;

internal static class ParquetReports
{
    public const int MaxSampleRows = 1000;

    public const int MaxColumns = 1000;
}

/// <param name="Codecs">Compression codecs that the columns use, the most bytes first.</param>
public sealed record ParquetLayout(
    long Rows, int ColumnsTotal, IReadOnlyList<ParquetColumn> Columns, int RowGroupsTotal, IReadOnlyList<ParquetRowGroup> RowGroups, IReadOnlyList<string> Codecs)
{
    public string? CreatedBy { get; init; }

    public int FormatVersion { get; init; }

    public IReadOnlyList<ParquetKeyValue> KeyValues { get; init; } = [];
}

/// <param name="Path">Dotted: list.element for what is inside.</param>
/// <param name="Type">The logical type, or the physical one where there is none.</param>
public sealed record ParquetColumn(string Path, string Type, string PhysicalType, bool Nullable, bool Repeated, string Codec, IReadOnlyList<string> Encodings)
{
    public long CompressedBytes { get; init; }

    public long UncompressedBytes { get; init; }

    /// <summary>Row groups that carry least and greatest values of this column, so that a reader can skip the others.</summary>
    public int RowGroupsWithStatistics { get; init; }
}

public sealed record ParquetRowGroup(int Index, long Rows, long CompressedBytes, long UncompressedBytes, IReadOnlyList<string> SortedBy);

public sealed record ParquetKeyValue(string Key, string? Value);

/// <param name="Total">Rows of the file.</param>
public sealed record ParquetSample(long Total, IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows);

/// <param name="Source">Where the bounds come from: the file's statistics, or its values read now.</param>
public sealed record ParquetColumnStats(string Path, object? Min, object? Max, long Nulls, long Values, StatisticsSource Source);

public enum StatisticsSource
{
    Metadata,
    Computed,
}
