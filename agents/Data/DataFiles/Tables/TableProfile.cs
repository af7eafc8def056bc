namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>A table described: its dialect, its columns, and whatever is wrong with its form.</summary>
/// <param name="Rows">Rows of data: no header, no empty lines.</param>
public sealed record TableProfile(long Rows, IReadOnlyList<ColumnProfile> Columns, CsvDialect Dialect)
{
    /// <summary>Columns beyond those listed.</summary>
    public int ColumnsLeftOut { get; init; }

    public RaggedRows Ragged { get; init; } = new(0, []);

    public long EmptyLines { get; init; }

    public long NulBytes { get; init; }

    /// <summary>Fields of which only the first 65,536 bytes were looked at.</summary>
    public long TruncatedFields { get; init; }

    /// <summary>Quotes in the middle of a field, taken literally.</summary>
    public long StrayQuotes { get; init; }

    /// <summary>The line of a quote that is never closed, which makes everything after it one field.</summary>
    public long? UnterminatedQuoteLine { get; init; }

    // Memory for values is shared out, so that a table of many columns takes no more than one of few.
    private const int ExactValues = 1 << 18;
    private const int SketchedValues = 1 << 15;

    internal static async ValueTask<TableProfile> ReadAsync(CsvTable table, CancellationToken cancellationToken)
    {
        var (exactLimit, sketchSize) = Limits(table.Columns.Count);
        List<ColumnStatistics> columns =
            [.. table.Columns.Select(name => new ColumnStatistics(name, table.Dialect.DecimalByte, exactLimit, sketchSize))];
        List<RaggedRow> ragged = [];
        var (rows, raggedRows, emptyLines, column) = (0L, 0L, 0L, 0);
        var scanner = table.Scanner;
        var line = scanner.RowLine;
        do
        {
            var read = columns.ToArray();
            while (scanner.TryRead(out var field))
            {
                if (field.EndsRow && column == 0 && field is { Quoted: false, Value: [] })
                {
                    emptyLines++;
                    line = scanner.RowLine;
                    continue;
                }

                if (column < read.Length)
                {
                    read[column].Add(field.Value, field.Quoted);
                }

                column++;
                if (!field.EndsRow)
                {
                    continue;
                }

                rows++;
                if (column != table.Width)
                {
                    raggedRows++;
                    if (ragged.Count < RaggedRows.MaxExamples)
                    {
                        ragged.Add(new RaggedRow(rows, line, column));
                    }
                }

                (column, line) = (0, scanner.RowLine);
            }
        }
        while (await scanner.FillAsync(cancellationToken));

        return new TableProfile(rows, [.. columns.Select(c => c.ToProfile())], table.Dialect)
        {
            ColumnsLeftOut = table.Width - table.Columns.Count,
            Ragged = new RaggedRows(raggedRows, ragged),
            EmptyLines = emptyLines,
            NulBytes = scanner.NulBytes,
            TruncatedFields = scanner.TruncatedFields,
            StrayQuotes = scanner.StrayQuotes,
            UnterminatedQuoteLine = scanner.UnterminatedQuoteLine,
        };
    }

    private static (int ExactLimit, int SketchSize) Limits(int columns) =>
        (Math.Clamp(ExactValues / Math.Max(columns, 1), 256, 1 << 14),
            (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(SketchedValues / Math.Max(columns, 1), 32, 512)));
}

/// <summary>Rows with more or fewer fields than the table has columns.</summary>
public sealed record RaggedRows(long Count, IReadOnlyList<RaggedRow> Examples)
{
    internal const int MaxExamples = 5;
}

/// <param name="Row">Counted from 1, without the header.</param>
/// <param name="Line">The line of the file on which the row begins.</param>
public sealed record RaggedRow(long Row, long Line, int Fields);
