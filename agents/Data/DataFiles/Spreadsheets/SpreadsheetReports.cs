namespace Sutazai.Agents.Data.DataFiles.Spreadsheets;

public enum SheetVisibility
{
    Visible,
    Hidden,

    /// <summary>Can be shown again only by a macro or by editing the file.</summary>
    VeryHidden,
}

public sealed record WorkbookMap(IReadOnlyList<SheetMap> Sheets, IReadOnlyList<DefinedNameEntry> DefinedNames, IReadOnlyList<string> ExternalLinks);

/// <param name="Range">From the first to the last cell that holds something; null for an empty sheet or a chart.</param>
public sealed record SheetMap(
    string Name, string? Range, SheetVisibility Hidden, long HiddenRows, long HiddenColumns, long Cells, long Formulas, long Errors);

public sealed record DefinedNameEntry(string Name, string RefersTo, bool Hidden);

/// <param name="Total">Formulas found; the list may hold fewer.</param>
public sealed record FormulaList(long Total, IReadOnlyList<SheetFormula> Formulas);

/// <param name="Shared">The file writes this formula once for several cells.</param>
public sealed record SheetFormula(string Sheet, string Cell, string Formula, IReadOnlyList<string> Refs, bool Shared);

/// <param name="Total">Cells found; the list may hold fewer.</param>
public sealed record ErrorList(long Total, IReadOnlyList<SheetError> Errors);

public sealed record SheetError(string Sheet, string Cell, string Code, string? Formula);
