namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>An opened table: how it is written, what its columns are called, and its rows still to be read.</summary>
internal sealed class CsvTable : IAsyncDisposable
{
    /// <summary>Further columns are counted, not looked at.</summary>
    public const int MaxColumns = 1000;

    private readonly Utf8Text _text;

    private CsvTable(Utf8Text text, CsvDialect dialect) =>
        (_text, Dialect, Scanner) = (text, dialect, new CsvScanner(text.Head, text.Rest, dialect.DelimiterByte, dialect.QuoteByte));

    public CsvDialect Dialect { get; }

    public CsvScanner Scanner { get; }

    /// <summary>At most <see cref="MaxColumns"/>; unique.</summary>
    public IReadOnlyList<string> Columns { get; private set; } = [];

    /// <summary>How many fields a row should have.</summary>
    public int Width { get; private set; }

    /// <summary>Positioned on the first row of data.</summary>
    public static async ValueTask<CsvTable> OpenAsync(Artifact csv, string? delimiter, bool? header, CancellationToken cancellationToken)
    {
        var given = CsvDialect.ParseDelimiter(delimiter);
        var text = await Utf8Text.OpenAsync(csv, cancellationToken);
        try
        {
            var dialect = await CsvDialect.DetectAsync(text.Head, text.HeadIsWhole, text.Encoding, given, header, cancellationToken);
            var table = new CsvTable(text, dialect);
            await table.NameColumnsAsync(cancellationToken);
            return table;
        }
        catch
        {
            await text.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _text.DisposeAsync();

    private async ValueTask NameColumnsAsync(CancellationToken cancellationToken)
    {
        if (!Dialect.Header)
        {
            Width = Dialect.Columns;
            Columns = [.. Enumerable.Range(1, Math.Min(Width, MaxColumns)).Select(i => $"column{i}")];
            return;
        }

        List<string> names = [];
        HashSet<string> taken = new(StringComparer.Ordinal);
        do
        {
            while (Scanner.TryRead(out var field))
            {
                if (Width == 0 && field is { EndsRow: true, Quoted: false, Value: [] })
                {
                    continue;
                }

                Width++;
                if (names.Count < MaxColumns)
                {
                    names.Add(Unique(CellText.Shown(field.Value.Trim(" \t\r\n"u8)), Width, taken));
                }

                if (field.EndsRow)
                {
                    Columns = names;
                    return;
                }
            }
        }
        while (await Scanner.FillAsync(cancellationToken));
    }

    private static string Unique(string name, int position, HashSet<string> taken)
    {
        var unique = name.Length == 0 ? $"column{position}" : name;
        while (!taken.Add(unique))
        {
            unique = $"{name}_{position}";
            name = unique;
        }

        return unique;
    }
}
