using System.Buffers.Binary;
using System.Globalization;

namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>What is learnt about one column, value by value, in constant memory.</summary>
internal sealed class ColumnStatistics(string name, byte decimalPoint, int exactLimit, int sketchSize)
{
    private const int KeptTextBytes = 256;

    private readonly long[] _kinds = new long[Enum.GetValues<ValueKind>().Length];
    private readonly NumberSum _sum = new();
    private readonly ValueCounts _values = new(exactLimit, sketchSize);
    private readonly byte[] _leastText = new byte[KeptTextBytes];
    private readonly byte[] _greatestText = new byte[KeptTextBytes];
    private int _leastTextLength;
    private int _greatestTextLength;
    private ulong _leastPrefix = ulong.MaxValue;
    private ulong _greatestPrefix;
    private long _leastInteger = long.MaxValue;
    private long _greatestInteger = long.MinValue;
    private double _leastDecimal = double.PositiveInfinity;
    private double _greatestDecimal = double.NegativeInfinity;
    private DateBounds _dayFirst = DateBounds.None;
    private DateBounds _monthFirst = DateBounds.None;
    private long _eitherOrder;
    private bool _hasZone;
    private long _nullWords;
    private int _shortest = int.MaxValue;
    private int _longest;

    public void Add(ReadOnlySpan<byte> value, bool quoted)
    {
        var cell = Cell.Of(value, quoted, decimalPoint);
        _kinds[(int)cell.Kind]++;
        if (cell.Kind == ValueKind.Empty)
        {
            _nullWords += cell.NullWord ? 1 : 0;
            return;
        }

        _values.Add(value);
        _shortest = Math.Min(_shortest, value.Length);
        _longest = Math.Max(_longest, value.Length);
        BoundText(value);
        switch (cell.Kind)
        {
            case ValueKind.Integer:
                _sum.Add(cell);
                _leastInteger = Math.Min(_leastInteger, cell.Value);
                _greatestInteger = Math.Max(_greatestInteger, cell.Value);
                break;
            case ValueKind.Decimal:
                _sum.Add(cell);
                var number = cell.ToDouble();
                _leastDecimal = Math.Min(_leastDecimal, number);
                _greatestDecimal = Math.Max(_greatestDecimal, number);
                break;
            case ValueKind.Date or ValueKind.Datetime:
                _dayFirst.Add(cell.Value);
                _monthFirst.Add(cell.MonthFirst);
                _eitherOrder += cell.EitherOrder ? 1 : 0;
                _hasZone |= cell.HasZone;
                break;
        }
    }

    public ColumnProfile ToProfile()
    {
        var type = TypeOf();
        var (min, max) = Bounds(type);
        var numbers = Count(ValueKind.Integer) + Count(ValueKind.Decimal);
        var isNumber = numbers > 0 && LeadingKind(type) is ValueKind.Integer or ValueKind.Decimal;
        return new ColumnProfile(
            name, type, Count(ValueKind.Empty), _values.Distinct, min, max, isNumber ? CellText.Rounded(_sum.Mean(numbers)) : null,
            [.. _values.Top(5).Select(v => new FrequentValue(v.Value, v.Count, v.AtLeast))])
        {
            DistinctIsEstimate = _values.IsEstimate,
            NullWords = _nullWords,
            Kinds = [.. Kinds().Select(k => new KindCount(k, Count(k)))],
            MinBytes = _longest == 0 ? null : _shortest,
            MaxBytes = _longest == 0 ? null : _longest,
            DateOrder = DateOrderOf(type),
        };
    }

    private long Count(ValueKind kind) => _kinds[(int)kind];

    private IEnumerable<ValueKind> Kinds() =>
        Enum.GetValues<ValueKind>().Where(k => k != ValueKind.Empty && Count(k) > 0).OrderByDescending(Count).ThenBy(k => k);

    private ColumnType TypeOf()
    {
        var kinds = Kinds().ToArray();
        return kinds switch
        {
            [] => ColumnType.Empty,
            [var only] => Enum.Parse<ColumnType>(only.ToString()),
            [ValueKind.Integer or ValueKind.Decimal, ValueKind.Integer or ValueKind.Decimal] => ColumnType.Decimal,
            [ValueKind.Date or ValueKind.Datetime, ValueKind.Date or ValueKind.Datetime] => ColumnType.Datetime,
            // Codes such as A1, B2, 17: mostly text, so all of it is text. The other way round something is out of place.
            [ValueKind.Text, ..] => ColumnType.Text,
            _ => ColumnType.Mixed,
        };
    }

    /// <summary>The kind whose values the bounds and the mean are about.</summary>
    private ValueKind LeadingKind(ColumnType type) => type switch
    {
        ColumnType.Text or ColumnType.Empty => ValueKind.Text,
        ColumnType.Decimal => ValueKind.Decimal,
        ColumnType.Datetime => ValueKind.Datetime,
        _ => Kinds().First() switch
        {
            ValueKind.Integer when Count(ValueKind.Decimal) > 0 => ValueKind.Decimal,
            ValueKind.Date when Count(ValueKind.Datetime) > 0 => ValueKind.Datetime,
            var kind => kind,
        },
    };

    private (object? Min, object? Max) Bounds(ColumnType type)
    {
        if (type == ColumnType.Empty)
        {
            return (null, null);
        }

        switch (LeadingKind(type))
        {
            case ValueKind.Integer:
                return (_leastInteger, _greatestInteger);
            case ValueKind.Decimal:
                var (least, greatest) = Count(ValueKind.Integer) > 0
                    ? (Math.Min(_leastDecimal, _leastInteger), Math.Max(_greatestDecimal, _greatestInteger))
                    : (_leastDecimal, _greatestDecimal);
                return (least, greatest);
            case ValueKind.Date:
                var days = IsDayFirst ? _dayFirst : _monthFirst;
                return (Day(days.Least), Day(days.Greatest));
            case ValueKind.Datetime:
                var times = IsDayFirst ? _dayFirst : _monthFirst;
                return (Time(times.Least), Time(times.Greatest));
            case ValueKind.Boolean:
                return (null, null);
            default:
                return (CellText.Shown(_leastText.AsSpan(0, _leastTextLength)), CellText.Shown(_greatestText.AsSpan(0, _greatestTextLength)));
        }
    }

    private bool IsDayFirst => _dayFirst.Failed <= _monthFirst.Failed;

    private DateOrder? DateOrderOf(ColumnType type) =>
        LeadingKindOrNull(type) is not (ValueKind.Date or ValueKind.Datetime) || (_eitherOrder == 0 && _dayFirst.Failed == 0 && _monthFirst.Failed == 0) ? null
        : (_dayFirst.Failed, _monthFirst.Failed) switch
        {
            (0, 0) => DateOrder.Ambiguous,
            (0, _) => DateOrder.DayFirst,
            (_, 0) => DateOrder.MonthFirst,
            _ => DateOrder.Contradictory,
        };

    private ValueKind? LeadingKindOrNull(ColumnType type) => type == ColumnType.Empty ? null : LeadingKind(type);

    private static string Day(long ticks) => new DateTime(ticks).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private string Time(long ticks) =>
        new DateTime(ticks).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + (_hasZone ? "Z" : "");

    private void BoundText(ReadOnlySpan<byte> value)
    {
        var prefix = Prefix(value);
        if (prefix <= _leastPrefix && (_leastTextLength == 0 || value.SequenceCompareTo(_leastText.AsSpan(0, _leastTextLength)) < 0))
        {
            (_leastPrefix, _leastTextLength) = (prefix, Keep(value, _leastText));
        }

        if (prefix >= _greatestPrefix && value.SequenceCompareTo(_greatestText.AsSpan(0, _greatestTextLength)) > 0)
        {
            (_greatestPrefix, _greatestTextLength) = (prefix, Keep(value, _greatestText));
        }
    }

    private static int Keep(ReadOnlySpan<byte> value, byte[] kept)
    {
        var length = Math.Min(value.Length, KeptTextBytes);
        value[..length].CopyTo(kept);
        return length;
    }

    /// <summary>The first eight bytes as a number that orders as the bytes do.</summary>
    private static ulong Prefix(ReadOnlySpan<byte> value)
    {
        if (value.Length >= 8)
        {
            return BinaryPrimitives.ReadUInt64BigEndian(value);
        }

        ulong prefix = 0;
        for (var i = 0; i < value.Length; i++)
        {
            prefix |= (ulong)value[i] << (56 - (8 * i));
        }

        return prefix;
    }

    private record struct DateBounds(long Least, long Greatest, long Failed)
    {
        public static DateBounds None { get; } = new(long.MaxValue, long.MinValue, 0);

        public void Add(long ticks)
        {
            if (ticks < 0)
            {
                Failed++;
            }
            else
            {
                (Least, Greatest) = (Math.Min(Least, ticks), Math.Max(Greatest, ticks));
            }
        }
    }
}
