using CsvHelper;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>A delimited text with a header, read row by row.</summary>
internal sealed class CsvRows : IDisposable
{
    private const int MaxColumns = 2000;
    private readonly CsvReader _csv;

    private CsvRows(CsvReader csv, string[] columns) => (_csv, Columns) = (csv, columns);

    public IReadOnlyList<string> Columns { get; }

    public char Separator => _csv.Separator;

    /// <exception cref="InvalidInputException">There is no header that names each column once.</exception>
    public static async Task<CsvRows> OpenAsync(Artifact table, CancellationToken cancellationToken)
    {
        var csv = CsvReader.Create(
            await table.OpenTextAsync(cancellationToken), CsvReaderOptions.Default with { MaxRecordSize = 16 << 20, IncludeValuesInExceptions = false }, leaveOpen: false);
        try
        {
            await csv.ReadHeaderAsync(cancellationToken);
            string[] columns = [.. csv.Headers];
            if (columns.Length is 0 or > MaxColumns || columns.Contains("") || columns.Distinct(StringComparer.OrdinalIgnoreCase).Count() != columns.Length)
            {
                throw new InvalidInputException($"'{table.Name}' has no usable header; expected a delimited table whose first row names each column once.");
            }

            return new CsvRows(csv, columns);
        }
        catch (CsvFormatException e)
        {
            csv.Dispose();
            throw new InvalidInputException($"'{table.Name}' cannot be read as a table: {e.Message}", e);
        }
        catch
        {
            csv.Dispose();
            throw;
        }
    }

    /// <summary>The next row with a field for every column, or null at the end.</summary>
    public async ValueTask<string[]?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await _csv.ReadAsync(cancellationToken))
            {
                return null;
            }
        }
        catch (CsvFormatException e)
        {
            throw new InvalidInputException($"The table cannot be read: {e.Message}", e);
        }

        var row = new string[Columns.Count];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = i < _csv.FieldCount ? _csv.GetString(i) : "";
        }

        return row;
    }

    /// <exception cref="InvalidInputException">The table has no such column.</exception>
    public int[] IndexesOf(IReadOnlyList<string> names) =>
    [
        .. names.Select(n => Columns.Select((c, i) => (c, i)).Where(x => x.c.Equals(n, StringComparison.OrdinalIgnoreCase)).Select(x => (int?)x.i).FirstOrDefault()
            ?? throw new InvalidInputException($"There is no column '{n}'; the table has {string.Join(", ", Columns.Take(50))}."))
    ];

    public void Dispose() => _csv.Dispose();
}
