using System.Collections;
using System.Globalization;
using System.Numerics;
using Parquet.Data;
using Parquet.Meta;
using Parquet.Schema;

namespace Sutazai.Agents.Data.DataFiles.Columnar;

/// <summary>Turns Parquet's values into what JSON can say.</summary>
internal static class ParquetValues
{
    private const int MaxDepth = 32;

    /// <summary>The first values of a column without repetition, null where there is none.</summary>
    public static object?[] First(RawColumnData raw, DataField field, int count)
    {
        var values = Boxed(raw);
        if (field.MaxDefinitionLevel == 0)
        {
            return [.. values.Take(count).Select(v => Shown(v))];
        }

        var levels = raw.DefinitionLevels[..Math.Min(count, raw.DefinitionLevels.Length)].ToArray();
        var next = 0;
        return [.. levels.Select(level => level == field.MaxDefinitionLevel && next < values.Count ? Shown(values[next++]) : null)];
    }

    public static long Nulls(RawColumnData raw, DataField field)
    {
        if (field.MaxDefinitionLevel == 0)
        {
            return 0;
        }

        var nulls = 0L;
        foreach (var level in raw.DefinitionLevels)
        {
            nulls += level < field.MaxDefinitionLevel ? 1 : 0;
        }

        return nulls;
    }

    /// <summary>Least and greatest of what can be ordered; of the rest nulls.</summary>
    public static (object? Min, object? Max) Bounds(RawColumnData raw) => raw switch
    {
        RawColumnData<bool> r => Bounds<bool>(r.Values),
        RawColumnData<sbyte> r => Bounds<sbyte>(r.Values),
        RawColumnData<byte> r => Bounds<byte>(r.Values),
        RawColumnData<short> r => Bounds<short>(r.Values),
        RawColumnData<ushort> r => Bounds<ushort>(r.Values),
        RawColumnData<int> r => Bounds<int>(r.Values),
        RawColumnData<uint> r => Bounds<uint>(r.Values),
        RawColumnData<long> r => Bounds<long>(r.Values),
        RawColumnData<ulong> r => Bounds<ulong>(r.Values),
        RawColumnData<float> r => Bounds<float>(r.Values),
        RawColumnData<double> r => Bounds<double>(r.Values),
        RawColumnData<decimal> r => Bounds<decimal>(r.Values),
        RawColumnData<DateTime> r => Bounds<DateTime>(r.Values),
        RawColumnData<DateOnly> r => Bounds<DateOnly>(r.Values),
        RawColumnData<TimeOnly> r => Bounds<TimeOnly>(r.Values),
        RawColumnData<TimeSpan> r => Bounds<TimeSpan>(r.Values),
        RawColumnData<Guid> r => Bounds<Guid>(r.Values),
        RawColumnData<ReadOnlyMemory<char>> r => TextBounds(r.Values),
        _ => (null, null),
    };

    /// <summary>The bounds that the file's own statistics give, or nothing where they do not say which type they are of.</summary>
    public static (object Min, object Max)? Bounds(DataColumnStatistics? statistics, DataField field, SchemaElement? element) =>
        (statistics?.MinValue, statistics?.MaxValue) is ({ } min, { } max) && Logical(min, field, element) is { } least && Logical(max, field, element) is { } greatest
            ? (least, greatest)
            : null;

    /// <summary>Ordered as the values were before they were made fit for JSON.</summary>
    public static object? Shown(object? value, int depth) => depth > MaxDepth ? null : value switch
    {
        null or bool or sbyte or byte or short or ushort or int or uint or long or ulong or decimal => value,
        float f => float.IsFinite(f) ? f : f.ToString(CultureInfo.InvariantCulture),
        double d => double.IsFinite(d) ? d : d.ToString(CultureInfo.InvariantCulture),
        string s => Tables.CellText.Shown(s),
        ReadOnlyMemory<char> text => Tables.CellText.Shown(text.ToString()),
        ReadOnlyMemory<byte> bytes => Bytes(bytes.Span),
        byte[] bytes => Bytes(bytes),
        DateTime time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IDictionary map => Members(map.Keys.Cast<object>().Select(k => (k, map[k])), depth),
        IDictionary<string, object?> map => Members(map.Select(m => ((object)m.Key, m.Value)), depth),
        IEnumerable items => items.Cast<object?>().Select(i => Shown(i, depth + 1)).ToArray(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static object? Shown(object? value) => Shown(value, 0);

    private static Dictionary<string, object?> Members(IEnumerable<(object Key, object? Value)> members, int depth)
    {
        Dictionary<string, object?> shown = [];
        foreach (var (key, value) in members)
        {
            shown[Convert.ToString(Shown(key, depth + 1), CultureInfo.InvariantCulture) ?? ""] = Shown(value, depth + 1);
        }

        return shown;
    }

    private static string Bytes(ReadOnlySpan<byte> bytes) => bytes.Length <= 32 ? Convert.ToHexString(bytes) : Convert.ToHexString(bytes[..32]) + "…";

    private static object? Logical(object bound, DataField field, SchemaElement? element) => (field, bound) switch
    {
        (DecimalDataField d, int unscaled) => Scaled(unscaled, d.Scale),
        (DecimalDataField d, long unscaled) => Scaled(unscaled, d.Scale),
        (DecimalDataField d, byte[] bytes) when bytes.Length <= 16 => Scaled(new BigInteger(bytes, isUnsigned: false, isBigEndian: true), d.Scale),
        (DecimalDataField, not decimal) => null,
        (_, long units) when field.ClrType == typeof(DateTime) => Timestamp(units, element),
        (_, int days) when field.ClrType == typeof(DateTime) || field.ClrType == typeof(DateOnly) => Day(days),
        (_, byte[]) => null,
        _ when bound is int or long or float or double or string or bool or decimal && (bound is string || bound.GetType() == field.ClrType) => Shown(bound),
        _ => null,
    };

    private static object? Scaled(BigInteger unscaled, int scale) =>
        BigInteger.Abs(unscaled).GetBitLength() <= 96 && scale <= 28 ? (decimal)unscaled / (decimal)BigInteger.Pow(10, scale) : null;

    private static object? Timestamp(long units, SchemaElement? element)
    {
        long? perTick = element?.ConvertedType switch
        {
            ConvertedType.TIMESTAMP_MILLIS => TimeSpan.TicksPerMillisecond,
            ConvertedType.TIMESTAMP_MICROS => TimeSpan.TicksPerMicrosecond,
            _ when element?.LogicalType?.TIMESTAMP?.Unit is { } unit => unit.MILLIS is not null ? TimeSpan.TicksPerMillisecond : unit.MICROS is not null ? TimeSpan.TicksPerMicrosecond : null,
            _ => null,
        };
        return perTick is { } ticks && Math.Abs((decimal)units * ticks) < DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks
            ? Shown(DateTime.UnixEpoch.AddTicks(units * ticks))
            : null;
    }

    private static object? Day(int days) => Math.Abs((long)days) < 700_000 ? Shown(DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(days)) : null;

    private static (object? Min, object? Max) Bounds<T>(ReadOnlySpan<T> values)
        where T : struct, IComparable<T>
    {
        T? min = null, max = null;
        foreach (var value in values)
        {
            if (value is double.NaN or float.NaN)
            {
                continue;
            }

            min = min is { } m && m.CompareTo(value) <= 0 ? m : value;
            max = max is { } x && x.CompareTo(value) >= 0 ? x : value;
        }

        return (Shown(min), Shown(max));
    }

    private static (object? Min, object? Max) TextBounds(ReadOnlySpan<ReadOnlyMemory<char>> values)
    {
        if (values.IsEmpty)
        {
            return (null, null);
        }

        var (min, max) = (values[0], values[0]);
        foreach (var value in values)
        {
            min = value.Span.SequenceCompareTo(min.Span) < 0 ? value : min;
            max = value.Span.SequenceCompareTo(max.Span) > 0 ? value : max;
        }

        return (Shown(min), Shown(max));
    }

    private static List<object> Boxed(RawColumnData raw)
    {
        // The kinds of raw data share no base that gives values; the property is the same in all of them.
        return raw switch
        {
            RawColumnData<bool> r => All<bool>(r.Values),
            RawColumnData<int> r => All<int>(r.Values),
            RawColumnData<long> r => All<long>(r.Values),
            RawColumnData<float> r => All<float>(r.Values),
            RawColumnData<double> r => All<double>(r.Values),
            RawColumnData<decimal> r => All<decimal>(r.Values),
            RawColumnData<DateTime> r => All<DateTime>(r.Values),
            RawColumnData<ReadOnlyMemory<char>> r => All<ReadOnlyMemory<char>>(r.Values),
            RawColumnData<ReadOnlyMemory<byte>> r => All<ReadOnlyMemory<byte>>(r.Values),
            RawColumnData<sbyte> r => All<sbyte>(r.Values),
            RawColumnData<byte> r => All<byte>(r.Values),
            RawColumnData<short> r => All<short>(r.Values),
            RawColumnData<ushort> r => All<ushort>(r.Values),
            RawColumnData<uint> r => All<uint>(r.Values),
            RawColumnData<ulong> r => All<ulong>(r.Values),
            RawColumnData<DateOnly> r => All<DateOnly>(r.Values),
            RawColumnData<TimeOnly> r => All<TimeOnly>(r.Values),
            RawColumnData<TimeSpan> r => All<TimeSpan>(r.Values),
            RawColumnData<Guid> r => All<Guid>(r.Values),
            _ => throw new NotSupportedException($"columns of {raw.GetType().GenericTypeArguments.FirstOrDefault()?.Name} cannot be shown"),
        };
    }

    private static List<object> All<T>(ReadOnlySpan<T> values)
        where T : struct
    {
        // Only what a sample shows is boxed.
        List<object> all = [];
        foreach (var value in values[..Math.Min(values.Length, ParquetReports.MaxSampleRows)])
        {
            all.Add(value);
        }

        return all;
    }
}
