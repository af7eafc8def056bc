using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sutazai.Agents.Data.DataFiles.Tables;

namespace Sutazai.Agents.Data.DataFiles.Quality;

public enum RuleKind
{
    NotNull,
    Unique,
    Range,
    Pattern,
    OneOf,
    Type,
    Length,
    Compare,
    RowCount,
    JsonSchema,
}

public enum Comparison
{
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

/// <summary>A rule that a table keeps or breaks. Empty cells break only notNull; every other rule is about the values there are.</summary>
public sealed record QualityRule(
    [property: Description("What is checked: notNull, unique, range, pattern, oneOf, type, length, compare, rowCount or jsonSchema.")] RuleKind Kind)
{
    [Description("The column's name; not for rowCount."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Column { get; init; }

    [Description("For unique: the columns that are unique together, instead of column."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Columns { get; init; }

    [Description("For range the least value (a number or a date), for length the least characters, for rowCount the least rows."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(BoundConverter))]
    public string? Min { get; init; }

    [Description("For range the greatest value (a number or a date), for length the most characters, for rowCount the most rows."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(BoundConverter))]
    public string? Max { get; init; }

    [Description("For pattern: a regular expression that the whole value matches; no look-around and no back-references."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Pattern { get; init; }

    [Description("For oneOf: the values allowed."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Values { get; init; }

    [Description("For type: integer, decimal, boolean, date, datetime or text."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ValueKind? Type { get; init; }

    [Description("For compare: how column stands to other."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Comparison? Operator { get; init; }

    [Description("For compare: the other column."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Other { get; init; }

    [Description("For jsonSchema: the JSON Schema that each cell's JSON keeps."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Schema { get; init; }
}

/// <summary>Reads a bound written as a number or as text; writes a number where it is one.</summary>
internal sealed class BoundConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => JsonElement.ParseValue(ref reader).GetRawText(),
        _ => throw new JsonException("A bound is a number or a text."),
    };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(value);
        }
    }
}

/// <param name="Score">0 to 100: the mean over the rules of the share of values that pass.</param>
public sealed record QualityReport(double Score, bool Passed, long Rows, IReadOnlyList<RuleResult> Results)
{
    /// <summary>Rows with more or fewer fields than the table has columns; missing fields count as empty.</summary>
    public long RaggedRows { get; init; }

    public long? UnterminatedQuoteLine { get; init; }
}

/// <param name="Checked">Values, or rows, that the rule is about.</param>
/// <param name="FailedRows">The first of them.</param>
public sealed record RuleResult(QualityRule Rule, bool Passed, long Checked, long Failed, IReadOnlyList<FailedRow> FailedRows)
{
    /// <summary>Rows that a unique rule could not compare, because it remembers two million values at most.</summary>
    public long Unchecked { get; init; }
}

/// <param name="Row">Counted from 1, without the header.</param>
/// <param name="Line">The line of the file on which the row begins.</param>
/// <param name="Why">What is wrong, where the value alone does not say it.</param>
public sealed record FailedRow(long Row, long Line, string Value, string? Why);

public sealed record SuggestedRules(IReadOnlyList<QualityRule> Rules, long Rows);
