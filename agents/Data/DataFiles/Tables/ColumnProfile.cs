using System.Diagnostics.CodeAnalysis;

namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>What a column's values are, taken together.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "These are the words of reports.")]
public enum ColumnType
{
    Empty,
    Integer,
    Decimal,
    Boolean,
    Date,
    Datetime,
    Text,
    Mixed,
}

/// <summary>Which of 03/04/2024's first two numbers is the month.</summary>
public enum DateOrder
{
    DayFirst,
    MonthFirst,

    /// <summary>No date tells; read with the day first.</summary>
    Ambiguous,

    /// <summary>Some dates are only possible one way, some only the other.</summary>
    Contradictory,
}

/// <param name="Min">Typed as the column is; of a mixed column that of its most frequent kind. Texts in the order of their bytes.</param>
/// <param name="Distinct">Different values, told apart as they are written.</param>
public sealed record ColumnProfile(
    string Name, ColumnType Type, long Nulls, long Distinct, object? Min, object? Max, double? Mean, IReadOnlyList<FrequentValue> Top5)
{
    public bool DistinctIsEstimate { get; init; }

    /// <summary>How many of the nulls are words such as NULL or N/A.</summary>
    public long NullWords { get; init; }

    /// <summary>How many values there are of each kind, the most frequent first.</summary>
    public IReadOnlyList<KindCount> Kinds { get; init; } = [];

    public int? MinBytes { get; init; }

    public int? MaxBytes { get; init; }

    public DateOrder? DateOrder { get; init; }
}

public sealed record KindCount(ValueKind Kind, long Count);

/// <param name="AtLeast">Lower than the count where the count is an estimate.</param>
public sealed record FrequentValue(string Value, long Count, long AtLeast);
