using System.Diagnostics.CodeAnalysis;

namespace Sutazai.Agents.Data.DataFiles.Documents;

[SuppressMessage("Naming", "CA1720", Justification = "These are JSON Schema's words.")]
public enum JsonType
{
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
    Null,
    Mixed,
}

/// <param name="Total">Paths found; <paramref name="Paths"/> may list fewer.</param>
public sealed record JsonPathReport(long Documents, int Total, IReadOnlyList<JsonPath> Paths)
{
    /// <summary>Members that an object names twice.</summary>
    public long DuplicateMembers { get; init; }

    /// <summary>Paths under which the members were too many to list and are counted together as <c>*</c>.</summary>
    public IReadOnlyList<string> Collapsed { get; init; } = [];

    /// <summary>Values at paths beyond the number that is kept apart.</summary>
    public long ValuesLeftOut { get; init; }
}

/// <param name="Frequency">Share of the parent objects that have this member; of an array's items, share of the arrays that have any.</param>
/// <param name="Example">The first value that is not null.</param>
public sealed record JsonPath(string Path, JsonType Type, long Count, double Frequency, object? Example)
{
    public IReadOnlyList<JsonTypeCount> Types { get; init; } = [];

    /// <summary>What all strings here are: date, date-time, uuid, email or uri.</summary>
    public string? Format { get; init; }

    public int? MinItems { get; init; }

    public int? MaxItems { get; init; }
}

public sealed record JsonTypeCount(JsonType Type, long Count);

/// <param name="Depth">Objects and arrays around the most deeply nested value; of a bare value 0.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Arrays">The longest first.</param>
public sealed record JsonDepthReport(int Depth, long Size, IReadOnlyList<ArrayShape> Arrays)
{
    public string? DeepestPath { get; init; }

    public int ArraysTotal { get; init; }

    public long Documents { get; init; }

    public long Objects { get; init; }

    public long Members { get; init; }
}

public sealed record ArrayShape(string Path, long Count, int MinItems, int MaxItems);
