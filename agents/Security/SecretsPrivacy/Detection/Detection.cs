using System.ComponentModel;

namespace Sutazai.Agents.Security.SecretsPrivacy;

/// <summary>How sure a detection is.</summary>
public enum Confidence
{
    [Description("A documented example or an obvious stand-in, not a real value.")]
    Placeholder,

    [Description("Looks like it, with nothing to confirm it.")]
    Low,

    [Description("The shape is right and a check or the words around it agree.")]
    Medium,

    [Description("A checksum or an unmistakable shape confirms it.")]
    High,
}

/// <summary>Where a value stands: characters from the start of the text (UTF-16 code units, from 0).</summary>
public sealed record TextSpan(long Start, int Length);

/// <summary>One value found in a text. It carries the value itself, so it never leaves the group unmasked.</summary>
internal sealed record Detection(string Kind, long Start, string Value, Confidence Confidence)
{
    /// <summary>What confirmed it, in a few words.</summary>
    public string Check { get; init; } = "shape";

    /// <summary>The key, column or element name that the value was assigned to, where there is one.</summary>
    public string? Field { get; init; }

    /// <summary>Found by a rule for any value of a named field; gives way to a rule that knows the value's own shape.</summary>
    public bool Generic { get; init; }

    /// <summary>A comment on the line says that the value is known and allowed.</summary>
    public bool Allowed { get; init; }

    public long Line { get; init; }

    public long Column { get; init; }

    public long End => Start + Value.Length;
}
