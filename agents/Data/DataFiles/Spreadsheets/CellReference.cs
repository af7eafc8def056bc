using System.Globalization;

namespace Sutazai.Agents.Data.DataFiles.Spreadsheets;

/// <summary>A cell's place: row and column from 1.</summary>
internal readonly record struct CellReference(int Row, int Column)
{
    public const int MaxRow = 1_048_576;
    public const int MaxColumn = 16_384;

    public override string ToString() => ColumnName(Column) + Row.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads <c>B7</c>.</summary>
    public static CellReference? Parse(string? text)
    {
        var (column, i) = (0, 0);
        for (; text is not null && i < text.Length && i < 3 && char.IsAsciiLetterUpper(text[i]); i++)
        {
            column = (column * 26) + (text[i] - 'A' + 1);
        }

        return i > 0 && int.TryParse(text.AsSpan(i), NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            && row is >= 1 and <= MaxRow && column <= MaxColumn ? new CellReference(row, column) : null;
    }

    public static string ColumnName(int column)
    {
        Span<char> name = stackalloc char[3];
        var start = name.Length;
        for (; column > 0; column = (column - 1) / 26)
        {
            name[--start] = (char)('A' + ((column - 1) % 26));
        }

        return new string(name[start..]);
    }
}
