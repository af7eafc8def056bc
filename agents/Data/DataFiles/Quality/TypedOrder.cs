using System.Text;
using Sutazai.Agents.Data.DataFiles.Tables;

namespace Sutazai.Agents.Data.DataFiles.Quality;

/// <summary>Orders cells by what they are: numbers by value, dates by time, texts by their characters.</summary>
internal static class TypedOrder
{
    /// <returns>Null where the two are of different kinds.</returns>
    public static int? Compare(TableCell left, TableCell right) => (Family(left.Cell.Kind), Family(right.Cell.Kind)) switch
    {
        (ValueKind.Decimal, ValueKind.Decimal) => CompareNumbers(left.Cell, right.Cell),
        (ValueKind.Date, ValueKind.Date) => Ticks(left.Cell).CompareTo(Ticks(right.Cell)),
        (ValueKind.Boolean, ValueKind.Boolean) => left.Cell.Value.CompareTo(right.Cell.Value),
        (ValueKind.Text, ValueKind.Text) => string.CompareOrdinal(left.Text, right.Text),
        _ => null,
    };

    private static int CompareNumbers(in Cell left, in Cell right) =>
        left.Kind == ValueKind.Integer && right.Kind == ValueKind.Integer ? left.Value.CompareTo(right.Value) : left.ToDouble().CompareTo(right.ToDouble());

    private static long Ticks(in Cell cell) => cell.Value >= 0 ? cell.Value : cell.MonthFirst;

    private static ValueKind Family(ValueKind kind) => kind switch
    {
        ValueKind.Integer => ValueKind.Decimal,
        ValueKind.Datetime => ValueKind.Date,
        _ => kind,
    };
}

/// <summary>A range rule's bounds, numbers or dates.</summary>
internal static class RangeTest
{
    public static Func<TableCell, string?> Create(QualityRule rule)
    {
        var (min, max) = (Bound(rule.Min), Bound(rule.Max));
        if (min is null && max is null)
        {
            throw new InvalidInputException("A rule of kind 'range' needs 'min', 'max' or both.");
        }

        return cell => Against(cell, min, 1) ?? Against(cell, max, -1);
    }

    private static string? Against(TableCell cell, TableCell? bound, int sign) =>
        bound is not { } b ? null : TypedOrder.Compare(cell, b) switch
        {
            null => "cannot be compared with " + b.Text,
            var order when order * sign < 0 => (sign > 0 ? "less than " : "greater than ") + b.Text,
            _ => null,
        };

    private static TableCell? Bound(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var cell = Cell.Of(Encoding.UTF8.GetBytes(text), quoted: false);
        return cell.Kind is ValueKind.Integer or ValueKind.Decimal or ValueKind.Date or ValueKind.Datetime
            ? new TableCell(text, cell)
            : throw new InvalidInputException($"'{CellText.Shown(text)}' is no bound of a range; a number or a date such as 2024-01-31 was expected.");
    }
}
