using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NJsonSchema;
using Sutazai.Agents.Data.DataFiles.Tables;

namespace Sutazai.Agents.Data.DataFiles.Quality;

/// <summary>One rule at work on the rows of a table.</summary>
internal abstract class RuleCheck(QualityRule rule)
{
    private readonly List<FailedRow> _failedRows = [];
    private long _checked;
    private long _failed;

    protected QualityRule Rule => rule;

    /// <summary>How many failed rows are listed.</summary>
    public required int Examples { get; init; }

    public abstract void Check(TableRow row);

    public virtual RuleResult ToResult(long rows) => new(rule, _failed == 0, _checked, _failed, _failedRows);

    public static async Task<RuleCheck> CreateAsync(QualityRule rule, CsvTable table, int examples, UniqueBudget budget, CancellationToken cancellationToken) => rule.Kind switch
    {
        RuleKind.NotNull => new NotNull(rule, ColumnOf(rule.Column, rule, table)) { Examples = examples },
        RuleKind.Unique => new Unique(
            rule, rule.Columns is { Count: > 0 } columns ? [.. columns.Select(c => ColumnOf(c, rule, table))] : [ColumnOf(rule.Column, rule, table)], budget)
        { Examples = examples },
        RuleKind.Range => new Values(rule, ColumnOf(rule.Column, rule, table), RangeTest.Create(rule)) { Examples = examples },
        RuleKind.Pattern => new Values(rule, ColumnOf(rule.Column, rule, table), PatternTest(rule)) { Examples = examples },
        RuleKind.OneOf => new Values(rule, ColumnOf(rule.Column, rule, table), OneOfTest(rule)) { Examples = examples },
        RuleKind.Type => new Values(rule, ColumnOf(rule.Column, rule, table), TypeTest(rule)) { Examples = examples },
        RuleKind.Length => new Values(rule, ColumnOf(rule.Column, rule, table), LengthTest(rule)) { Examples = examples },
        RuleKind.Compare => new Compare(rule, ColumnOf(rule.Column, rule, table), ColumnOf(rule.Other, rule, table)) { Examples = examples },
        RuleKind.RowCount => new RowCount(rule, Whole(rule.Min, rule), Whole(rule.Max, rule)) { Examples = examples },
        RuleKind.JsonSchema => new Values(rule, ColumnOf(rule.Column, rule, table), await SchemaTestAsync(rule, cancellationToken)) { Examples = examples },
        _ => throw new InvalidInputException($"There is no rule of kind '{rule.Kind}'."),
    };

    protected void Judge(TableRow row, bool holds, string value, string? why = null)
    {
        _checked++;
        if (holds)
        {
            return;
        }

        _failed++;
        if (_failedRows.Count < Examples)
        {
            _failedRows.Add(new FailedRow(row.Number, row.Line, CellText.Shown(value), why));
        }
    }

    protected static InvalidInputException Incomplete(QualityRule rule, string needs) =>
        new($"A rule of kind '{JsonNamingPolicy.CamelCase.ConvertName(rule.Kind.ToString())}' needs {needs}.");

    private static int ColumnOf(string? name, QualityRule rule, CsvTable table)
    {
        if (name is null)
        {
            throw Incomplete(rule, rule.Kind == RuleKind.Compare ? "'column' and 'other'" : "'column'");
        }

        var index = table.Columns.Index().Where(c => c.Item.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(c => c.Index).DefaultIfEmpty(-1).First();
        return index >= 0 ? index : throw new InvalidInputException(
            $"The table has no column '{name}'; it has {string.Join(", ", table.Columns.Take(50))}.");
    }

    private static Func<TableCell, string?> PatternTest(QualityRule rule)
    {
        try
        {
            var regex = new Regex($"^(?:{rule.Pattern ?? throw Incomplete(rule, "'pattern'")})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return cell => regex.IsMatch(cell.Text) ? null : "does not match";
        }
        catch (Exception e) when (e is RegexParseException or NotSupportedException)
        {
            throw new InvalidInputException($"The pattern '{CellText.Shown(rule.Pattern!)}' cannot be used: {e.Message}", e);
        }
    }

    private static Func<TableCell, string?> OneOfTest(QualityRule rule)
    {
        var allowed = (rule.Values is { Count: > 0 } values ? values : throw Incomplete(rule, "'values'")).ToHashSet(StringComparer.Ordinal);
        return cell => allowed.Contains(cell.Text) ? null : "not allowed";
    }

    private static Func<TableCell, string?> TypeTest(QualityRule rule)
    {
        var type = rule.Type is { } given and not ValueKind.Empty ? given : throw Incomplete(rule, "'type': integer, decimal, boolean, date, datetime or text");
        return cell => cell.Cell.Kind == type || type == ValueKind.Text
            || (type, cell.Cell.Kind) is (ValueKind.Decimal, ValueKind.Integer) or (ValueKind.Datetime, ValueKind.Date)
                ? null : "is " + JsonNamingPolicy.CamelCase.ConvertName(cell.Cell.Kind.ToString());
    }

    private static Func<TableCell, string?> LengthTest(QualityRule rule)
    {
        var (min, max) = (Whole(rule.Min, rule), Whole(rule.Max, rule));
        if (min is null && max is null)
        {
            throw Incomplete(rule, "'min', 'max' or both");
        }

        return cell =>
        {
            var length = cell.Text.EnumerateRunes().Count();
            return length < min || length > max ? string.Create(CultureInfo.InvariantCulture, $"{length} characters") : null;
        };
    }

    private static async Task<Func<TableCell, string?>> SchemaTestAsync(QualityRule rule, CancellationToken cancellationToken)
    {
        JsonSchema schema;
        try
        {
            var text = (rule.Schema ?? throw Incomplete(rule, "'schema'")).ToJsonString();
            if (text.Contains("\"$ref\":\"", StringComparison.Ordinal) && !text.Contains("\"$ref\":\"#", StringComparison.Ordinal))
            {
                throw new InvalidInputException("The schema refers to another document; only references within it, such as #/definitions/x, are followed.");
            }

            schema = await JsonSchema.FromJsonAsync(text, cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or InvalidInputException))
        {
            throw new InvalidInputException($"The JSON Schema cannot be read: {e.Message}", e);
        }

        return cell =>
        {
            try
            {
                return schema.Validate(cell.Text).FirstOrDefault() is { } error ? $"{error.Kind} at {error.Path}" : null;
            }
            catch (Newtonsoft.Json.JsonException)
            {
                return "is not JSON";
            }
        };
    }

    private static long? Whole(string? bound, QualityRule rule) => bound is null ? null
        : long.TryParse(bound, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : throw Incomplete(rule, $"whole numbers as bounds, not '{bound}'");

    private sealed class NotNull(QualityRule rule, int column) : RuleCheck(rule)
    {
        public override void Check(TableRow row) => Judge(row, row[column].Cell.Kind != ValueKind.Empty, row[column].Text);
    }

    /// <summary>A test that each value of a column passes or says why not.</summary>
    private sealed class Values(QualityRule rule, int column, Func<TableCell, string?> test) : RuleCheck(rule)
    {
        public override void Check(TableRow row)
        {
            var cell = row[column];
            if (cell.Cell.Kind != ValueKind.Empty)
            {
                var why = test(cell);
                Judge(row, why is null, cell.Text, why);
            }
        }
    }

    private sealed class Unique(QualityRule rule, int[] columns, UniqueBudget budget) : RuleCheck(rule)
    {
        private readonly Dictionary<UInt128, long> _seen = [];
        private long _unchecked;

        public override void Check(TableRow row)
        {
            if (columns.All(c => row[c].Cell.Kind == ValueKind.Empty))
            {
                return;
            }

            var value = columns.Length == 1 ? row[columns[0]].Text : string.Join(" | ", columns.Select(c => row[c].Text));
            var key = Key(row);
            if (_seen.TryGetValue(key, out var first))
            {
                Judge(row, holds: false, value, string.Create(CultureInfo.InvariantCulture, $"also in row {first}"));
            }
            else if (budget.TryTake())
            {
                _seen.Add(key, row.Number);
                Judge(row, holds: true, value);
            }
            else
            {
                _unchecked++;
            }
        }

        public override RuleResult ToResult(long rows) => base.ToResult(rows) with { Unchecked = _unchecked };

        private UInt128 Key(TableRow row)
        {
            ulong upper = 0x9E3779B97F4A7C15, lower = 0xC2B2AE3D27D4EB4F;
            foreach (var column in columns)
            {
                var text = Encoding.UTF8.GetBytes(row[column].Text);
                (upper, lower) = (ByteHash.Of(text, upper), ByteHash.Of(text, lower));
            }

            return new UInt128(upper, lower);
        }
    }

    private sealed class Compare(QualityRule rule, int column, int other) : RuleCheck(rule)
    {
        private readonly Comparison _operator = rule.Operator ?? throw Incomplete(rule, "'operator': less, lessOrEqual, equal, notEqual, greaterOrEqual or greater");

        public override void Check(TableRow row)
        {
            var (left, right) = (row[column], row[other]);
            if (left.Cell.Kind == ValueKind.Empty || right.Cell.Kind == ValueKind.Empty)
            {
                return;
            }

            var order = TypedOrder.Compare(left, right);
            Judge(row, order is { } o && Holds(o), $"{left.Text} | {right.Text}", order is null ? "cannot be compared" : null);
        }

        private bool Holds(int order) => _operator switch
        {
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Equal => order == 0,
            Comparison.NotEqual => order != 0,
            Comparison.GreaterOrEqual => order >= 0,
            _ => order > 0,
        };
    }

    private sealed class RowCount(QualityRule rule, long? min, long? max) : RuleCheck(rule)
    {
        private readonly bool _given = min is not null || max is not null ? true : throw Incomplete(rule, "'min', 'max' or both");

        public override void Check(TableRow row)
        {
        }

        public override RuleResult ToResult(long rows)
        {
            var holds = _given && !(rows < min || rows > max);
            return new RuleResult(Rule, holds, 1, holds ? 0 : 1, []);
        }
    }
}

/// <summary>How many values the unique rules of one check may remember together.</summary>
internal sealed class UniqueBudget
{
    public const int MaxValues = 2_000_000;

    private int _taken;

    public bool TryTake() => _taken < MaxValues && _taken++ >= 0;
}
