using Parquet.Schema;

namespace Sutazai.Agents.Data.DataFiles.Columnar;

/// <summary>One column's bounds over all row groups.</summary>
internal static class ColumnBounds
{
    public static async Task<ParquetColumnStats> OfAsync(ParquetFile parquet, int column, string path, CancellationToken cancellationToken)
    {
        var field = parquet.Fields[column];
        var (min, max, nulls, values) = ((object?)null, (object?)null, 0L, 0L);
        var source = StatisticsSource.Metadata;
        for (var group = 0; group < parquet.Metadata.RowGroups.Count; group++)
        {
            var found = await FromMetadataAsync(parquet, group, field);
            if (found is null)
            {
                source = StatisticsSource.Computed;
                found = await parquet.ReadColumnAsync(group, field, raw => new Found(ParquetValues.Bounds(raw), ParquetValues.Nulls(raw, field)), cancellationToken);
            }

            (min, max) = (Lesser(min, found.Bounds.Min, 1), Lesser(max, found.Bounds.Max, -1));
            nulls += found.Nulls;
            values += parquet.Metadata.RowGroups[group].Columns[column].MetaData!.NumValues;
        }

        return new ParquetColumnStats(path, min, max, nulls, values, source);
    }

    private static Task<Found?> FromMetadataAsync(ParquetFile parquet, int group, DataField field) => parquet.CheckedAsync(() =>
    {
        if (HasWrongTimes(parquet, field))
        {
            return Task.FromResult<Found?>(null);
        }

        using var reader = parquet.Reader.OpenRowGroupReader(group);
        var statistics = reader.GetStatistics(field);
        var bounds = ParquetValues.Bounds(statistics, field, field.SchemaElement);
        return Task.FromResult(bounds is { } found && statistics!.NullCount is { } nulls ? new Found(found, nulls) : null);
    });

    // Parquet.Net up to 6.1 writes the statistics of timestamps in milliseconds, whatever unit the column is in.
    private static bool HasWrongTimes(ParquetFile parquet, DataField field) =>
        field.ClrType == typeof(DateTime) && parquet.Metadata.CreatedBy?.StartsWith("Parquet.Net", StringComparison.Ordinal) == true;

    private static object? Lesser(object? one, object? other, int sign) => (one, other) switch
    {
        (null, _) => other,
        (_, null) => one,
        (string a, string b) => string.CompareOrdinal(a, b) * sign <= 0 ? a : b,
        (IComparable a, _) when a.GetType() == other.GetType() => a.CompareTo(other) * sign <= 0 ? a : other,
        _ => one,
    };

    private sealed record Found((object? Min, object? Max) Bounds, long Nulls);
}
