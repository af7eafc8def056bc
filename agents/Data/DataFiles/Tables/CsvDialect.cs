using System.Text;

namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>How a file's table is written.</summary>
/// <param name="Header">Whether the first row names the columns.</param>
/// <param name="Columns">Fields of most rows.</param>
public sealed record CsvDialect(
    string Delimiter, string Quote, bool Header, string Encoding, LineEnding LineEnding, string DecimalPoint, int Columns)
{
    internal byte DelimiterByte => (byte)Delimiter[0];

    internal byte QuoteByte => (byte)Quote[0];

    internal byte DecimalByte => (byte)DecimalPoint[0];

    private static readonly byte[] s_delimiters = [(byte)',', (byte)';', (byte)'\t', (byte)'|'];

    /// <summary>
    /// Tries each delimiter and quote on a sample and takes what gives the most regular rows of the cleanest cells: the measure of
    /// G. van den Burg, A. Nazábal, C. Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019).
    /// </summary>
    internal static async ValueTask<CsvDialect> DetectAsync(
        ReadOnlyMemory<byte> sample, bool whole, string encoding, byte? delimiter, bool? header, CancellationToken cancellationToken)
    {
        SampleTable? best = null;
        byte[] quotes = sample.Span.Contains((byte)'\'') ? [(byte)'"', (byte)'\''] : [(byte)'"'];
        foreach (var quote in quotes)
        {
            foreach (var candidate in delimiter is { } given ? [given] : s_delimiters)
            {
                var table = await SampleTable.ReadAsync(sample, whole, candidate, quote, cancellationToken);
                // A bare apostrophe is common in text, so it has to be clearly better.
                if (best is null || table.Score > best.Score * (quote == '\'' ? 1.2 : 1.0))
                {
                    best = table;
                }
            }
        }

        return new CsvDialect(
            ((char)best!.Delimiter).ToString(), ((char)best.Quote).ToString(), header ?? HeaderEvidence.Judge(best), encoding,
            LineEndingOf(sample.Span), best.DecimalComma ? "," : ".", best.Columns);
    }

    /// <exception cref="InvalidInputException">It is not one ASCII character that can separate fields.</exception>
    internal static byte? ParseDelimiter(string? delimiter) => delimiter switch
    {
        null or "" => null,
        "\\t" or "tab" => (byte)'\t',
        [var one] when char.IsAscii(one) && one is not ('"' or '\'' or '\r' or '\n' or '\0') && !char.IsAsciiLetterOrDigit(one) => (byte)one,
        _ => throw new InvalidInputException(
            $"'{delimiter}' cannot separate fields; a delimiter is one ASCII character such as , ; | or 'tab', and no letter, digit, quote or line break."),
    };

    private static LineEnding LineEndingOf(ReadOnlySpan<byte> sample)
    {
        var crLf = sample.Count("\r\n"u8);
        var lf = sample.Count((byte)'\n') - crLf;
        var cr = sample.Count((byte)'\r') - crLf;
        return (crLf, lf, cr) switch
        {
            (0, 0, 0) => LineEnding.None,
            (_, 0, 0) => LineEnding.CrLf,
            (0, _, 0) => LineEnding.Lf,
            (0, 0, _) => LineEnding.Cr,
            _ => LineEnding.Mixed,
        };
    }
}

public enum LineEnding
{
    None,
    Lf,
    CrLf,
    Cr,
    Mixed,
}

internal sealed record SampleCell(string Text, bool Quoted, Cell Cell);

/// <summary>The first rows of a file, read with one delimiter and quote.</summary>
internal sealed record SampleTable(byte Delimiter, byte Quote, IReadOnlyList<IReadOnlyList<SampleCell>> Rows)
{
    private const int MaxRows = 200;
    private const int MaxColumns = 1000;

    public int Columns { get; } = Rows.CountBy(r => r.Count).OrderByDescending(c => c.Value).ThenByDescending(c => c.Key).Select(c => c.Key).FirstOrDefault();

    /// <summary>Numbers are written 3,14.</summary>
    public bool DecimalComma { get; } = Delimiter != ',' && HasDecimalComma(Rows);

    public double Score { get; } = Patterns(Rows) * CleanShare(Rows);

    public static async ValueTask<SampleTable> ReadAsync(
        ReadOnlyMemory<byte> sample, bool whole, byte delimiter, byte quote, CancellationToken cancellationToken)
    {
        var scanner = new CsvScanner(sample, Stream.Null, delimiter, quote);
        List<IReadOnlyList<SampleCell>> rows = [];
        List<SampleCell> row = [];
        do
        {
            while (rows.Count < MaxRows && scanner.TryRead(out var field))
            {
                if (row.Count < MaxColumns)
                {
                    row.Add(new SampleCell(Encoding.UTF8.GetString(field.Value[..Math.Min(field.Value.Length, 200)]), field.Quoted, Cell.Of(field.Value, field.Quoted)));
                }

                if (field.EndsRow)
                {
                    if (row is not [{ Text: "", Quoted: false }])
                    {
                        rows.Add(row);
                    }

                    row = [];
                }
            }
        }
        while (await scanner.FillAsync(cancellationToken));

        if (!whole && rows.Count is > 1 and < MaxRows)
        {
            rows.RemoveAt(rows.Count - 1);
        }

        return new SampleTable(delimiter, quote, rows);
    }

    private static double Patterns(IReadOnlyList<IReadOnlyList<SampleCell>> rows)
    {
        // A row of one field is no pattern, yet must not be nothing: a file of one column is a table too.
        const double Least = 1e-3;
        var patterns = rows.CountBy(r => r.Count).ToList();
        return patterns is [] ? 0 : patterns.Sum(p => p.Value * Math.Max(Least, (p.Key - 1.0) / p.Key)) / patterns.Count;
    }

    private static double CleanShare(IReadOnlyList<IReadOnlyList<SampleCell>> rows)
    {
        var cells = rows.Sum(r => r.Count);
        return cells == 0 ? 0 : (double)rows.Sum(r => r.Count(IsClean)) / cells;
    }

    private static bool IsClean(SampleCell cell) =>
        cell.Quoted || cell.Cell.Kind != ValueKind.Text || IsDecimalComma(cell.Text) || cell.Text.AsSpan().IndexOfAny(",;\t|\"") < 0;

    private static bool HasDecimalComma(IReadOnlyList<IReadOnlyList<SampleCell>> rows)
    {
        var commas = rows.Sum(r => r.Count(c => IsDecimalComma(c.Text)));
        return commas > rows.Sum(r => r.Count(c => c.Cell is { Kind: ValueKind.Decimal }));
    }

    private static bool IsDecimalComma(string text) =>
        text.IndexOf(',') is > 0 and var comma && comma < text.Length - 1
        && text.AsSpan(0, comma).TrimStart("+-").Trim("0123456789").IsEmpty && text.AsSpan(comma + 1).Trim("0123456789").IsEmpty;
}

/// <summary>Whether a first row looks like names of columns.</summary>
internal static class HeaderEvidence
{
    /// <summary>
    /// A column speaks for a header when its first cell is text over values that are not, or names what never occurs below; against,
    /// when its first cell is a value, is empty, or occurs again.
    /// </summary>
    public static bool Judge(SampleTable table)
    {
        if (table.Rows is [])
        {
            return false;
        }

        var (first, rest) = (table.Rows[0], table.Rows.Skip(1).ToArray());
        var names = first.Select(c => c.Text.Trim()).ToArray();
        var score = names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == names.Length ? 0.5 : -1.0;
        for (var i = 0; i < first.Count; i++)
        {
            var values = rest.Where(r => r.Count > i).Select(r => r[i]).Where(c => c.Cell.Kind != ValueKind.Empty).ToArray();
            score += first[i].Cell.Kind switch
            {
                ValueKind.Empty => -0.5,
                ValueKind.Text => OfText(names[i], values),
                // A year can head a column; a value like those below it cannot.
                var kind => values.Length > 0 && values.All(v => v.Cell.Kind == ValueKind.Text) ? 0 : kind == ValueKind.Integer ? -1 : -2,
            };
        }

        return score > 0;
    }

    private static double OfText(string name, SampleCell[] values)
    {
        if (values.Length > 0 && values.Count(IsTyped) * 2 > values.Length)
        {
            return 2;
        }

        if (values.Any(v => v.Text.Trim().Equals(name, StringComparison.Ordinal)))
        {
            return -1;
        }

        return LooksLikeName(name) ? 0.25 : -0.25;
    }

    // A single letter can be a boolean as well as a code.
    private static bool IsTyped(SampleCell cell) => cell.Cell.Kind != ValueKind.Text && !(cell.Cell.Kind == ValueKind.Boolean && cell.Text.Length == 1);

    // unit_price, Unit price, orderId, Größe (cm)
    private static bool LooksLikeName(string text) =>
        text.Length <= 40 && char.IsLetter(text[0]) && text.All(c => char.IsLetterOrDigit(c) || c is ' ' or '_' or '-' or '.' or '(' or ')' or '/' or '%' or '#' or '$' or '€');
}
