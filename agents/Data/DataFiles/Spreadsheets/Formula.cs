using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sutazai.Agents.Data.DataFiles.Spreadsheets;

/// <summary>What a formula's text refers to, and the text moved to another cell.</summary>
internal static partial class Formula
{
    /// <summary>What Excel allows; a longer text is no formula.</summary>
    private const int MaxCharacters = 8192;

    /// <summary>Ranges, cells, whole rows and columns, table columns and broken references, in order, each once.</summary>
    public static IReadOnlyList<string> References(string formula)
    {
        List<string> references = [];
        if (formula.Length > MaxCharacters)
        {
            return references;
        }

        foreach (Match match in Pieces().Matches(formula))
        {
            if (match.Groups["ref"].Success && !references.Contains(match.Value))
            {
                references.Add(match.Value);
            }
        }

        return references;
    }

    /// <summary>A shared formula as it reads in a cell that many rows and columns away from where it was written.</summary>
    public static string Moved(string formula, int rows, int columns)
    {
        if ((rows == 0 && columns == 0) || formula.Length > MaxCharacters)
        {
            return formula;
        }

        return Pieces().Replace(formula, match => match.Groups["ref"].Success && !match.Groups["table"].Success ? MovedReference(match, rows, columns) : match.Value);
    }

    private static string MovedReference(Match reference, int rows, int columns)
    {
        var place = reference.Groups["place"];
        if (!place.Success)
        {
            return reference.Value;
        }

        var moved = new StringBuilder(reference.Value, 0, place.Index - reference.Index, 64);
        foreach (var (corner, first) in place.Value.Split(':').Select((corner, i) => (corner, i == 0)))
        {
            if (MovedCorner(corner, rows, columns) is not { } there)
            {
                return "#REF!";
            }

            moved.Append(first ? "" : ":").Append(there);
        }

        return moved.ToString();
    }

    // $B$7, B7, B, $7
    private static string? MovedCorner(string corner, int rows, int columns)
    {
        var match = Corner().Match(corner);
        var text = new StringBuilder();
        if (match.Groups["column"] is { Success: true, Value: var name })
        {
            var column = name.TrimStart('$').ToUpperInvariant().Aggregate(0, (sum, c) => (sum * 26) + (c - 'A' + 1));
            column += name[0] == '$' ? 0 : columns;
            if (column is < 1 or > CellReference.MaxColumn)
            {
                return null;
            }

            text.Append(name[0] == '$' ? "$" : "").Append(CellReference.ColumnName(column));
        }

        if (match.Groups["row"] is { Success: true, Value: var number })
        {
            var row = int.Parse(number.TrimStart('$'), CultureInfo.InvariantCulture) + (number[0] == '$' ? 0 : rows);
            if (row is < 1 or > CellReference.MaxRow)
            {
                return null;
            }

            text.Append(number[0] == '$' ? "$" : "").Append(row.ToString(CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    // "text" | 'My sheet'!$A$1:B2, [1]Data!A:A, Jan:Mar!B5, 3:7, Sales[Amount], #REF! | LOG10(, names, numbers: no references
    [GeneratedRegex("""
        "(?>[^"]|"")*"?
        | (?<ref> (?: '(?>[^']|''){1,300}'! | (?:\[\d+\])?[\p{L}_\\][\p{L}\p{N}_.]{0,254}(?::[\p{L}_\\][\p{L}\p{N}_.]{0,254})?! | \[\d+\]! )?
            (?: (?<place> \$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})? | \$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3} | \$?[0-9]{1,7}:\$?[0-9]{1,7} )
              (?![\p{L}\p{N}_.(!\[]) | \#REF! ) )
        | (?<ref> (?<table> [\p{L}_\\][\p{L}\p{N}_.]{0,254} \[ (?> [^\[\]'] | '. | \[(?>[^\[\]'] | '.){0,300}\] ){0,300} \] ) )
        | [\p{L}\p{N}_.\\$]+
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pieces();

    [GeneratedRegex(@"^(?<column>\$?[A-Za-z]{1,3})?(?<row>\$?[0-9]{1,7})?$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Corner();
}
