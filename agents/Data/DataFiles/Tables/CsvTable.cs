using System.Text;

namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>An opened table: how it is written, what its columns are called, and its rows still to be read.</summary>
internal sealed class CsvTable : IAsyncDisposable
{
    /// <summary>Further columns are counted, not looked at.</summary>
    public const int MaxColumns = 1000;

    private readonly Stream _stream;

    private CsvTable(Stream stream, CsvDialect dialect, CsvScanner scanner) => (_stream, Dialect, Scanner) = (stream, dialect, scanner);

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
        var stream = await csv.OpenAsync(cancellationToken);
        try
        {
            var head = await HeadAsync(stream, cancellationToken);
            RefuseBinary(csv, head.Span);
            var encoding = TextEncoding.Detect(head.Span);
            var sample = head[Math.Min(encoding.PreambleBytes, head.Length)..];
            if (encoding.Encoding is not UTF8Encoding)
            {
                await stream.DisposeAsync();
                stream = await csv.OpenAsync(cancellationToken);
                await stream.ReadExactlyAsync(new byte[encoding.PreambleBytes], cancellationToken);
                stream = Encoding.CreateTranscodingStream(stream, encoding.Encoding, Encoding.UTF8);
                sample = await HeadAsync(stream, cancellationToken);
            }

            var dialect = await CsvDialect.DetectAsync(
                sample, whole: sample.Length < TextEncoding.SampleBytes, encoding.Name, given, header, cancellationToken);
            var table = new CsvTable(stream, dialect, new CsvScanner(sample, stream, dialect.DelimiterByte, dialect.QuoteByte));
            await table.NameColumnsAsync(cancellationToken);
            return table;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static async ValueTask<ReadOnlyMemory<byte>> HeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new byte[TextEncoding.SampleBytes];
        return head.AsMemory(0, await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken));
    }

    private static void RefuseBinary(Artifact csv, ReadOnlySpan<byte> head)
    {
        var format = head switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => "a zip archive or an xlsx workbook",
            [0x1F, 0x8B, ..] => "gzip",
            [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "Parquet",
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "PDF",
            _ => null,
        };
        if (format is not null)
        {
            throw new InvalidInputException($"'{csv.Name}' is {format}; a table as delimited text (CSV) was expected.");
        }
    }

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
