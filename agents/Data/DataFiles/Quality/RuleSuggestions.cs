using System.Globalization;
using Sutazai.Agents.Data.DataFiles.Tables;

namespace Sutazai.Agents.Data.DataFiles.Quality;

/// <summary>Rules that a table's profile speaks for; each still has to be checked against every row.</summary>
internal static class RuleSuggestions
{
    private const int MaxComparedColumns = 8;

    public static IEnumerable<QualityRule> From(TableProfile table)
    {
        if (table.Rows == 0)
        {
            return [];
        }

        return
        [
            new QualityRule(RuleKind.RowCount) { Min = "1" },
            .. table.Columns.SelectMany(c => OfColumn(c, table.Rows)),
            .. OfPairs(table),
        ];
    }

    private static IEnumerable<QualityRule> OfColumn(ColumnProfile column, long rows)
    {
        var values = rows - column.Nulls;
        if (values == 0)
        {
            yield break;
        }

        if (column.Nulls == 0)
        {
            yield return new QualityRule(RuleKind.NotNull) { Column = column.Name };
        }

        // An estimate is off by a few per cent; the check on all rows decides.
        if (column.Nulls == 0 && values > 1 && column.Type is ColumnType.Integer or ColumnType.Text
            && (column.DistinctIsEstimate ? column.Distinct > values * 0.95 : column.Distinct == values))
        {
            yield return new QualityRule(RuleKind.Unique) { Column = column.Name };
        }

        if (column.Type is not (ColumnType.Text or ColumnType.Mixed or ColumnType.Empty))
        {
            yield return new QualityRule(RuleKind.Type) { Column = column.Name, Type = Enum.Parse<ValueKind>(column.Type.ToString()) };
        }

        if (column.Type is ColumnType.Integer or ColumnType.Decimal or ColumnType.Date or ColumnType.Datetime && column.DateOrder is null or DateOrder.DayFirst)
        {
            yield return new QualityRule(RuleKind.Range) { Column = column.Name, Min = Written(column.Min), Max = Written(column.Max) };
        }

        if (column.Type == ColumnType.Text && !column.DistinctIsEstimate && column.Distinct <= 5 && values >= column.Distinct * 3)
        {
            yield return new QualityRule(RuleKind.OneOf) { Column = column.Name, Values = [.. column.Top5.Select(v => v.Value).Order(StringComparer.Ordinal)] };
        }
        else if (column.Type == ColumnType.Text && Shape([.. column.Top5.Select(v => v.Value)]) is { } shape)
        {
            yield return new QualityRule(RuleKind.Pattern) { Column = column.Name, Pattern = shape };
        }
    }

    /// <summary>Start before end, net at most gross: pairs of columns of one kind, each with the next ones.</summary>
    private static IEnumerable<QualityRule> OfPairs(TableProfile table)
    {
        var dates = table.Columns.Where(c => c.Type is ColumnType.Date or ColumnType.Datetime && c.Distinct > 1).Take(MaxComparedColumns).ToArray();
        foreach (var (i, left) in dates.Index())
        {
            foreach (var right in dates.Skip(i + 1))
            {
                yield return new QualityRule(RuleKind.Compare) { Column = left.Name, Operator = Comparison.LessOrEqual, Other = right.Name };
                yield return new QualityRule(RuleKind.Compare) { Column = left.Name, Operator = Comparison.GreaterOrEqual, Other = right.Name };
            }
        }
    }

    // C-001042 gives C-\d{6}; a text without digits has no shape worth a rule
    private static string? Shape(string[] values)
    {
        var value = values is [var first, ..] ? first : "";
        var fixedCharacters = values.Length < 2 ? 0 : values.Min(v => v.AsSpan().CommonPrefixLength(value));
        if (value.Length > 40 || !value.Any(char.IsAsciiDigit) || value.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '/' or '.' or ':' or '#')))
        {
            return null;
        }

        List<(string Class, int Count)> runs = [];
        foreach (var (i, c) in value.Index())
        {
            var kind = i < fixedCharacters && char.IsAsciiLetter(c) ? c.ToString() : char.IsAsciiDigit(c) ? "[0-9]" : char.IsAsciiLetterUpper(c) ? "[A-Z]" : char.IsAsciiLetterLower(c) ? "[a-z]" : c == '-' ? "-" : $"[{c}]";
            if (runs is [.., var last] && last.Class == kind)
            {
                runs[^1] = last with { Count = last.Count + 1 };
            }
            else
            {
                runs.Add((kind, 1));
            }
        }

        return string.Concat(runs.Select(r => r.Count == 1 ? r.Class : string.Create(CultureInfo.InvariantCulture, $"{r.Class}{{{r.Count}}}")));
    }

    private static string? Written(object? bound) => Convert.ToString(bound, CultureInfo.InvariantCulture);
}
