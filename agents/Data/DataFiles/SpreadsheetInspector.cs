using System.ComponentModel;
using Microsoft.SemanticKernel;
using Sutazai.Agents.Data.DataFiles.Spreadsheets;

namespace Sutazai.Agents.Data.DataFiles;

public sealed class SpreadsheetInspector : IAgent
{
    private const int ShownFormulaCharacters = 500;

    public static AgentDefinition Definition { get; } = new("spreadsheet-inspector")
    {
        Purpose = "Maps the sheets, formulas, errors and hidden parts of an xlsx workbook.",
        Instructions = """
            You explain what a workbook calculates. Call sheets to learn its parts, then formulas for how values flow between them, and
            errors for what is broken. Describe the model in a few sentences, from inputs to results, then list fragile formulas: those that
            refer to hidden sheets, to other workbooks, to whole columns, to broken references, or whose result is an error. Name each by
            sheet and cell.
            """,
        Examples =
        [
            new("What does this workbook calculate, and is anything hidden?") { Files = ["@budget.xlsx"], Calls = ["sheets"], Says = ["veryHidden", "Rates"] },
            new("Which cells show errors?") { Files = ["@budget.xlsx"], Calls = ["errors"], Says = ["#DIV/0!"] },
        ],
    };

    [KernelFunction("sheets")]
    [Description("Lists a workbook's sheets with used range, visibility, hidden rows and columns and counts; also its defined names and links to other workbooks.")]
    [ToolExample("""{ "file": "@budget.xlsx" }""", """
        {
          "sheets": [
            { "name": "Budget", "range": "A1:D5", "hidden": "visible", "hiddenRows": 1, "hiddenColumns": 2, "cells": 18, "formulas": 5, "errors": 1 },
            { "name": "Old data", "range": "B2", "hidden": "hidden", "hiddenRows": 0, "hiddenColumns": 0, "cells": 1, "formulas": 1, "errors": 1 },
            { "name": "Rates", "range": "A1:B2", "hidden": "veryHidden", "hiddenRows": 0, "hiddenColumns": 0, "cells": 4, "formulas": 0, "errors": 0 }
          ],
          "definedNames": [{ "name": "VAT", "refersTo": "Rates!$B$1", "hidden": true }],
          "externalLinks": []
        }
        """)]
    [ToolExample("""{ "file": "name,amount\nx,1\n" }""", "is not an xlsx file", Nasty = true, Fails = true)]
    public static async Task<WorkbookMap> SheetsAsync(
        [Description("An xlsx workbook.")] Artifact file, CancellationToken cancellationToken = default)
    {
        await using var workbook = await Workbook.OpenAsync(file, cancellationToken);
        return workbook.Read(w => new WorkbookMap([.. w.Sheets().Select(s => MapOf(s, cancellationToken))], w.DefinedNames(), w.ExternalLinks()));
    }

    [KernelFunction("formulas")]
    [Description("Lists a workbook's formulas with the cells, ranges and sheets that each refers to; shared formulas are written out for each cell.")]
    [ToolExample("""{ "file": "@budget.xlsx" }""", """
        {
          "total": 6,
          "formulas": [
            { "sheet": "Budget", "cell": "D2", "formula": "B2*C2", "refs": ["B2", "C2"], "shared": true },
            { "sheet": "Budget", "cell": "D3", "formula": "B3*C3", "refs": ["B3", "C3"], "shared": true },
            { "sheet": "Budget", "cell": "D4", "formula": "B4*C4", "refs": ["B4", "C4"], "shared": true },
            { "sheet": "Budget", "cell": "C5", "formula": "IF(\"A1\"=\"\",0,LOG10('Old data'!B$2)/$A:$A)", "refs": ["'Old data'!B$2", "$A:$A"], "shared": false },
            { "sheet": "Budget", "cell": "D5", "formula": "SUM(D2:D4)*(1+Rates!$B$1)+VAT", "refs": ["D2:D4", "Rates!$B$1"], "shared": false },
            { "sheet": "Old data", "cell": "B2", "formula": "#REF!+1", "refs": ["#REF!"], "shared": false }
          ]
        }
        """)]
    [ToolExample("""{ "file": "@budget.xlsx", "sheet": "Bugdet" }""", "has no sheet 'Bugdet'; it has Budget, Old data, Rates", Nasty = true, Fails = true)]
    public static async Task<FormulaList> FormulasAsync(
        [Description("An xlsx workbook.")] Artifact file,
        [Description("Only this sheet. Leave it out for all.")] string? sheet = null,
        [Description("The most formulas to list.")] int limit = 500,
        CancellationToken cancellationToken = default)
    {
        await using var workbook = await Workbook.OpenAsync(file, cancellationToken);
        var (total, formulas) = (0L, new List<SheetFormula>());
        workbook.Read(w => Walk(w, file, sheet, (name, cell) =>
        {
            if (cell.Formula is { } formula && ++total <= limit)
            {
                formulas.Add(new SheetFormula(name, cell.Reference.ToString(), Shown(formula), Formula.References(formula), cell.IsShared));
            }
        }, cancellationToken));
        return new FormulaList(total, formulas);
    }

    [KernelFunction("errors")]
    [Description("Lists the cells of a workbook that show an error such as #REF! or #DIV/0!, and the formulas that hold a broken reference.")]
    [ToolExample("""{ "file": "@budget.xlsx" }""", """
        {
          "total": 2,
          "errors": [
            { "sheet": "Budget", "cell": "C5", "code": "#DIV/0!", "formula": "IF(\"A1\"=\"\",0,LOG10('Old data'!B$2)/$A:$A)" },
            { "sheet": "Old data", "cell": "B2", "code": "#REF!", "formula": "#REF!+1" }
          ]
        }
        """)]
    [ToolExample("""{ "file": { "name": "empty.xlsx", "text": "" } }""", "is empty; an xlsx file was expected", Nasty = true, Fails = true)]
    public static async Task<ErrorList> ErrorsAsync(
        [Description("An xlsx workbook.")] Artifact file,
        [Description("The most cells to list.")] int limit = 500,
        CancellationToken cancellationToken = default)
    {
        await using var workbook = await Workbook.OpenAsync(file, cancellationToken);
        var (total, errors) = (0L, new List<SheetError>());
        workbook.Read(w => Walk(w, file, null, (name, cell) =>
        {
            var code = cell.Error ?? (cell.Formula is { } formula && Formula.References(formula).Any(r => r.EndsWith("#REF!", StringComparison.Ordinal)) ? "#REF!" : null);
            if (code is not null && ++total <= limit)
            {
                errors.Add(new SheetError(name, cell.Reference.ToString(), code, cell.Formula is { } text ? Shown(text) : null));
            }
        }, cancellationToken));
        return new ErrorList(total, errors);
    }

    private static SheetMap MapOf(SheetEntry sheet, CancellationToken cancellationToken)
    {
        var counts = sheet.Part is null ? new SheetCounts() : Workbook.Walk(sheet.Part, seen: null, cancellationToken);
        return new SheetMap(sheet.Name, counts.Range, sheet.Visibility, counts.HiddenRows, counts.HiddenColumns, counts.Cells, counts.Formulas, counts.Errors);
    }

    private static bool Walk(Workbook workbook, Artifact file, string? sheet, Action<string, SheetCell> seen, CancellationToken cancellationToken)
    {
        var sheets = workbook.Sheets();
        if (sheet is not null && sheets.All(s => !s.Name.Equals(sheet, StringComparison.OrdinalIgnoreCase)))
        {
            throw new InvalidInputException($"'{file.Name}' has no sheet '{sheet}'; it has {string.Join(", ", sheets.Select(s => s.Name))}.");
        }

        foreach (var entry in sheets.Where(s => s.Part is not null && (sheet is null || s.Name.Equals(sheet, StringComparison.OrdinalIgnoreCase))))
        {
            Workbook.Walk(entry.Part!, cell => seen(entry.Name, cell), cancellationToken);
        }

        return true;
    }

    private static string Shown(string formula) => formula.Length <= ShownFormulaCharacters ? formula : formula[..ShownFormulaCharacters] + "…";
}
