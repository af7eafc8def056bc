using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Sutazai.Agents.Data.DataFiles.Spreadsheets;

/// <summary>Follows a worksheet's elements as they stream by.</summary>
internal sealed class SheetWalk(Action<SheetCell>? seen)
{
    private const int MaxSharedFormulas = 100_000;

    private readonly Dictionary<uint, (string Formula, CellReference At)> _shared = [];
    private int _row;
    private int _column;

    public SheetCounts Counts { get; } = new();

    public void Meet(OpenXmlReader reader)
    {
        if (!reader.IsStartElement)
        {
            return;
        }

        if (reader.ElementType == typeof(Row))
        {
            _row = int.TryParse(Attribute(reader, "r"), NumberStyles.None, CultureInfo.InvariantCulture, out var row) ? row : _row + 1;
            _column = 0;
            Counts.HiddenRows += IsTrue(Attribute(reader, "hidden")) ? 1 : 0;
        }
        else if (reader.ElementType == typeof(Column) && IsTrue(Attribute(reader, "hidden")))
        {
            var first = int.TryParse(Attribute(reader, "min"), CultureInfo.InvariantCulture, out var min) ? min : 1;
            var last = int.TryParse(Attribute(reader, "max"), CultureInfo.InvariantCulture, out var max) ? max : first;
            Counts.HiddenColumns += Math.Clamp(last - first + 1, 0, CellReference.MaxColumn);
        }
        else if (reader.ElementType == typeof(Cell))
        {
            MeetCell((Cell)reader.LoadCurrentElement()!);
        }
    }

    private void MeetCell(Cell cell)
    {
        var at = CellReference.Parse(cell.CellReference?.Value) ?? new CellReference(Math.Max(_row, 1), _column + 1);
        _column = at.Column;
        var isError = cell.DataType?.Value is { } type && type == CellValues.Error;
        var value = cell.CellValue?.Text;
        if (value is null && cell.CellFormula is null && cell.InlineString is null)
        {
            // A cell that only has a style is not used.
            return;
        }

        Counts.Cells++;
        (Counts.FirstRow, Counts.LastRow) = (Math.Min(Counts.FirstRow, at.Row), Math.Max(Counts.LastRow, at.Row));
        (Counts.FirstColumn, Counts.LastColumn) = (Math.Min(Counts.FirstColumn, at.Column), Math.Max(Counts.LastColumn, at.Column));
        Counts.Errors += isError ? 1 : 0;
        var formula = FormulaOf(cell.CellFormula, at);
        Counts.Formulas += formula is null ? 0 : 1;
        seen?.Invoke(new SheetCell(
            at, formula, cell.CellFormula?.FormulaType?.Value is { } kind && kind == CellFormulaValues.Shared,
            cell.CellFormula?.FormulaType?.Value is { } kind2 && kind2 == CellFormulaValues.Array, isError ? value : null, value));
    }

    // <f t="shared" ref="C2:C9" si="0">A2*B2</f> in the first cell, <f t="shared" si="0"/> in the others
    private string? FormulaOf(CellFormula? formula, CellReference at)
    {
        if (formula is null)
        {
            return null;
        }

        if (formula.FormulaType?.Value is not { } type || type != CellFormulaValues.Shared || formula.SharedIndex?.Value is not { } index)
        {
            return formula.Text;
        }

        if (formula.Text.Length > 0)
        {
            if (_shared.Count < MaxSharedFormulas)
            {
                _shared[index] = (formula.Text, at);
            }

            return formula.Text;
        }

        return _shared.TryGetValue(index, out var shared) ? Formula.Moved(shared.Formula, at.Row - shared.At.Row, at.Column - shared.At.Column) : "";
    }

    private static string? Attribute(OpenXmlReader reader, string name)
    {
        foreach (var attribute in reader.Attributes)
        {
            if (attribute.LocalName == name && attribute.NamespaceUri.Length == 0)
            {
                return attribute.Value;
            }
        }

        return null;
    }

    private static bool IsTrue(string? value) => value is "1" or "true";
}
