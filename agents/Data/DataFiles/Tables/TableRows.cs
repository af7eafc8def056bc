using System.Text;

namespace Sutazai.Agents.Data.DataFiles.Tables;

internal readonly record struct TableCell(string Text, Cell Cell);

/// <summary>One row at a time; overwritten by the next. A field that the row does not have is empty.</summary>
internal sealed class TableRow
{
    private readonly TableCell[] _cells;

    public TableRow(int columns) => _cells = new TableCell[columns];

    public long Number { get; set; }

    public long Line { get; set; }

    /// <summary>Fields that the row has, kept or not.</summary>
    public int Fields { get; set; }

    public TableCell this[int column] => column < Math.Min(Fields, _cells.Length) ? _cells[column] : new TableCell("", default);

    public void Set(int column, TableCell cell) => _cells[column] = cell;
}

/// <summary>Gives a table's rows to whoever needs several fields of a row together.</summary>
internal static class TableRows
{
    // A row is kept as text, so what one row may take is bounded as well as what one field may.
    private const int MaxRowBytes = 1 << 22;

    public static async ValueTask<long> ReadAsync(CsvTable table, Action<TableRow> seen, CancellationToken cancellationToken)
    {
        var (scanner, decimalPoint) = (table.Scanner, table.Dialect.DecimalByte);
        var row = new TableRow(table.Columns.Count) { Line = scanner.RowLine };
        var (column, bytes) = (0, 0);
        do
        {
            while (scanner.TryRead(out var field))
            {
                if (field.EndsRow && column == 0 && field is { Quoted: false, Value: [] })
                {
                    row.Line = scanner.RowLine;
                    continue;
                }

                if (column < table.Columns.Count)
                {
                    var value = field.Value[..Math.Min(field.Value.Length, MaxRowBytes - bytes)];
                    row.Set(column, new TableCell(Encoding.UTF8.GetString(value), Cell.Of(value, field.Quoted, decimalPoint)));
                    bytes += value.Length;
                }

                column++;
                if (field.EndsRow)
                {
                    row.Number++;
                    row.Fields = column;
                    seen(row);
                    (column, bytes, row.Line) = (0, 0, scanner.RowLine);
                }
            }
        }
        while (await scanner.FillAsync(cancellationToken));
        return row.Number;
    }
}
