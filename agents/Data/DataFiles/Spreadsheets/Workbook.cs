using System.Globalization;
using System.IO.Compression;
using System.Xml;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Sutazai.Agents.Data.DataFiles.Spreadsheets;

/// <summary>An opened xlsx whose sheets are read cell by cell, never as a whole.</summary>
internal sealed class Workbook : IAsyncDisposable
{
    private const int MaxSheets = 1000;
    private const long MaxUnpackedBytes = 512L << 20;

    private readonly Stream _stream;
    private readonly SpreadsheetDocument _document;
    private readonly string _name;

    private Workbook(Stream stream, SpreadsheetDocument document, string name) => (_stream, _document, _name) = (stream, document, name);

    /// <exception cref="InvalidInputException">It is no xlsx, is broken, or unpacks to more than 512 MiB.</exception>
    public static async Task<Workbook> OpenAsync(Artifact file, CancellationToken cancellationToken)
    {
        var stream = await file.OpenSeekableAsync(cancellationToken);
        try
        {
            await RefuseBombsAsync(stream, file.Name, cancellationToken);
            var workbook = Checked(file.Name, () => new Workbook(
                stream, SpreadsheetDocument.Open(stream, isEditable: false, new OpenSettings { AutoSave = false, MaxCharactersInPart = MaxUnpackedBytes }), file.Name));
            return workbook.Read(w => w._document.WorkbookPart) is null ? throw new InvalidInputException($"'{file.Name}' has no workbook; an xlsx file was expected.") : workbook;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public T Read<T>(Func<Workbook, T> read) => Checked(_name, () => read(this));

    public IReadOnlyList<SheetEntry> Sheets()
    {
        var part = _document.WorkbookPart!;
        List<SheetEntry> sheets = [];
        foreach (var sheet in (part.Workbook?.Sheets?.Elements<Sheet>() ?? []).Take(MaxSheets))
        {
            var target = sheet.Id?.Value is { } id && part.TryGetPartById(id, out var found) ? found : null;
            var visibility = sheet.State?.Value is { } state
                ? state == SheetStateValues.VeryHidden ? SheetVisibility.VeryHidden : state == SheetStateValues.Hidden ? SheetVisibility.Hidden : SheetVisibility.Visible
                : SheetVisibility.Visible;
            sheets.Add(new SheetEntry(sheet.Name?.Value ?? "", visibility, target as WorksheetPart, target is WorksheetPart));
        }

        return sheets;
    }

    public IReadOnlyList<DefinedNameEntry> DefinedNames() =>
    [
        .. (_document.WorkbookPart!.Workbook?.DefinedNames?.Elements<DefinedName>() ?? [])
            .Take(500).Select(n => new DefinedNameEntry(n.Name?.Value ?? "", n.Text, n.Hidden?.Value ?? false))
    ];

    public IReadOnlyList<string> ExternalLinks() =>
    [
        .. _document.WorkbookPart!.ExternalWorkbookParts.SelectMany(p => p.ExternalRelationships).Select(r => r.Uri.OriginalString)
            .Order(StringComparer.Ordinal).Take(100)
    ];

    /// <summary>Walks a sheet; each cell is seen once, formulas shared between cells written out.</summary>
    public static SheetCounts Walk(WorksheetPart sheet, Action<SheetCell>? seen, CancellationToken cancellationToken)
    {
        var walk = new SheetWalk(seen);
        using var reader = OpenXmlReader.Create(sheet, readMiscNodes: false);
        var steps = 0;
        while (reader.Read())
        {
            if ((++steps & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            walk.Meet(reader);
        }

        return walk.Counts;
    }

    public async ValueTask DisposeAsync()
    {
        _document.Dispose();
        await _stream.DisposeAsync();
    }

    /// <summary>Unpacks every part once into nothing: the sizes that a zip claims are only claims.</summary>
    private static async Task RefuseBombsAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        if (stream.Length == 0)
        {
            throw new InvalidInputException($"'{name}' is empty; an xlsx file was expected.");
        }

        try
        {
            await using var archive = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellationToken);
            if (archive.Entries.Count > 10_000 || archive.Entries.Sum(e => (decimal)e.Length) > MaxUnpackedBytes)
            {
                throw TooLarge(name);
            }

            var (buffer, left) = (new byte[1 << 16], MaxUnpackedBytes);
            foreach (var entry in archive.Entries)
            {
                await using var content = await entry.OpenAsync(cancellationToken);
                int read;
                while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    left -= read;
                    if (left < 0)
                    {
                        throw TooLarge(name);
                    }
                }
            }
        }
        catch (InvalidDataException e)
        {
            throw new InvalidInputException($"'{name}' is not an xlsx file, which is a zip archive: {e.Message}", e);
        }

        stream.Position = 0;
    }

    private static InvalidInputException TooLarge(string name) =>
        new($"'{name}' unpacks to more than {MaxUnpackedBytes >> 20} MiB or 10,000 parts, the most a workbook may.");

    private static T Checked<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is OpenXmlPackageException or XmlException or InvalidDataException or FormatException or InvalidOperationException or FileFormatException or IOException or ArgumentException or KeyNotFoundException or TimeoutException)
        {
            throw new InvalidInputException($"'{name}' is not a readable xlsx file: {e.Message}", e);
        }
    }
}

internal sealed record SheetEntry(string Name, SheetVisibility Visibility, WorksheetPart? Part, bool IsWorksheet);

/// <param name="Reference">Where the file says the cell is, or where it must be.</param>
internal sealed record SheetCell(CellReference Reference, string? Formula, bool IsShared, bool IsArray, string? Error, string? Value);

internal sealed class SheetCounts
{
    public int FirstRow { get; set; } = int.MaxValue;

    public int LastRow { get; set; }

    public int FirstColumn { get; set; } = int.MaxValue;

    public int LastColumn { get; set; }

    public long Cells { get; set; }

    public long Formulas { get; set; }

    public long Errors { get; set; }

    public long HiddenRows { get; set; }

    public long HiddenColumns { get; set; }

    public string? Range => Cells == 0 ? null : LastRow == FirstRow && LastColumn == FirstColumn
        ? new CellReference(FirstRow, FirstColumn).ToString()
        : string.Create(CultureInfo.InvariantCulture, $"{new CellReference(FirstRow, FirstColumn)}:{new CellReference(LastRow, LastColumn)}");
}
