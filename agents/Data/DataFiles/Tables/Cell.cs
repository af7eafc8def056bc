using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>What a table's value is.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "These are the words of reports.")]
public enum ValueKind
{
    Empty,
    Integer,
    Decimal,
    Boolean,
    Date,
    Datetime,
    Text,
}

/// <summary>A cell's typed value.</summary>
internal struct Cell
{
    /// <summary>Most digits of a number whose value is kept as mantissa and scale.</summary>
    public const int MaxExactDigits = 18;

    public ValueKind Kind;

    /// <summary>An empty cell that was written as a word, such as NULL.</summary>
    public bool NullWord;

    /// <summary>An integer, a decimal's digits without its point, 0 or 1, or the ticks of a date.</summary>
    public long Value;

    /// <summary>Digits after the decimal point; -1 when only <see cref="Number"/> holds the value.</summary>
    public int Scale;

    public double Number;

    /// <summary>The date when 03/04/2024 is read with the month first; -1 where there is no such date. <see cref="Value"/> has the day first.</summary>
    public long MonthFirst;

    /// <summary>Day and month could be either way round.</summary>
    public bool EitherOrder;

    public bool HasZone;

    private static readonly double[] s_powers = [.. Enumerable.Range(0, MaxExactDigits + 1).Select(i => Math.Pow(10, i))];

    /// <summary>The value of a number of either kind.</summary>
    public readonly double ToDouble() => Kind == ValueKind.Integer ? Value : Scale < 0 ? Number : Scaled(Value, Scale);

    public static Cell Of(ReadOnlySpan<byte> bytes, bool quoted, byte decimalPoint = (byte)'.')
    {
        if (bytes.Length > 0 && (bytes[0] <= ' ' || bytes[^1] <= ' '))
        {
            bytes = bytes.Trim(" \t\r\n\0"u8);
        }

        Cell cell = default;
        if (bytes.IsEmpty)
        {
            return cell;
        }

        cell.Kind = ValueKind.Text;
        var first = bytes[0];
        if ((uint)(first - '0') <= 9 || first is (byte)'-' or (byte)'+' || first == decimalPoint)
        {
            if (!TryNumber(bytes, decimalPoint, ref cell) && bytes.Length is >= 8 and <= 40)
            {
                CellDate.TryRead(bytes, ref cell);
            }
        }
        else if (bytes.Length <= 5)
        {
            ReadWord(bytes, quoted, ref cell);
        }

        return cell;
    }

    private static bool TryNumber(ReadOnlySpan<byte> bytes, byte decimalPoint, ref Cell cell)
    {
        var i = bytes[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        var first = i;
        var (mantissa, digits, point) = (0L, 0, -1);
        for (; i < bytes.Length; i++)
        {
            var digit = (uint)(bytes[i] - '0');
            if (digit <= 9)
            {
                mantissa = unchecked((mantissa * 10) + digit);
                digits++;
            }
            else if (bytes[i] == decimalPoint && point < 0)
            {
                point = i;
            }
            else
            {
                break;
            }
        }

        if (digits == 0 || (bytes[first] == '0' && first + 1 < bytes.Length && (uint)(bytes[first + 1] - '0') <= 9))
        {
            // Leading zeros make an identifier, such as a postcode.
            return false;
        }

        if (i < bytes.Length)
        {
            return (bytes[i] | 0x20) == 'e' && TryDouble(bytes, decimalPoint, ref cell);
        }

        if (digits > MaxExactDigits)
        {
            return point >= 0 ? TryDouble(bytes, decimalPoint, ref cell) : TryLong(bytes, ref cell);
        }

        cell.Value = bytes[0] == '-' ? -mantissa : mantissa;
        cell.Kind = point < 0 ? ValueKind.Integer : ValueKind.Decimal;
        cell.Scale = point < 0 ? 0 : bytes.Length - point - 1;
        return true;
    }

    private static bool TryLong(ReadOnlySpan<byte> bytes, ref Cell cell)
    {
        if (!Utf8Parser.TryParse(bytes, out long value, out var consumed) || consumed < bytes.Length)
        {
            return false;
        }

        (cell.Kind, cell.Value) = (ValueKind.Integer, value);
        return true;
    }

    private static bool TryDouble(ReadOnlySpan<byte> bytes, byte decimalPoint, ref Cell cell)
    {
        if (bytes.Length > 400)
        {
            return false;
        }

        Span<byte> text = stackalloc byte[bytes.Length];
        bytes.CopyTo(text);
        text.Replace(decimalPoint, (byte)'.');
        if (!Utf8Parser.TryParse(text, out double value, out var consumed) || consumed < bytes.Length || !double.IsFinite(value))
        {
            return false;
        }

        (cell.Kind, cell.Number, cell.Scale) = (ValueKind.Decimal, value, -1);
        return true;
    }

    private static void ReadWord(ReadOnlySpan<byte> bytes, bool quoted, ref Cell cell)
    {
        switch (bytes[0])
        {
            case (byte)'t' or (byte)'T' when Is(bytes, "true"u8) || Is(bytes, "t"u8):
            case (byte)'y' or (byte)'Y' when Is(bytes, "yes"u8) || Is(bytes, "y"u8):
                (cell.Kind, cell.Value) = (ValueKind.Boolean, 1);
                break;
            case (byte)'f' or (byte)'F' when Is(bytes, "false"u8) || Is(bytes, "f"u8):
                cell.Kind = ValueKind.Boolean;
                break;
            case (byte)'n' or (byte)'N' when Is(bytes, "no"u8) || Is(bytes, "n"u8):
                cell.Kind = ValueKind.Boolean;
                break;
            case (byte)'n' or (byte)'N' or (byte)'\\' or (byte)'#' when !quoted && IsNullWord(bytes):
                (cell.Kind, cell.NullWord) = (ValueKind.Empty, true);
                break;
        }
    }

    // What databases, R, pandas and spreadsheets write for a missing value. In quotes they are text: NA is also Namibia.
    private static bool IsNullWord(ReadOnlySpan<byte> bytes) =>
        Is(bytes, "null"u8) || Is(bytes, "\\N"u8) || Is(bytes, "n/a"u8) || Is(bytes, "NA"u8) || Is(bytes, "NaN"u8) || Is(bytes, "None"u8) || Is(bytes, "#N/A"u8);

    private static bool Is(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(bytes, word);

    private static double Scaled(long mantissa, int scale) =>
        Math.Abs(mantissa) <= 1L << 53 ? mantissa / s_powers[scale] : (double)(mantissa / (decimal)s_powers[scale]);
}
