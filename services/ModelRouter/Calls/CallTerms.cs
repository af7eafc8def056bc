namespace Sutazai.ModelRouter.Calls;

/// <summary>Who asks, how long they wait, and what they want of answers made for others.</summary>
/// <param name="Caller">The caller's subject; no answer is shared between two of them.</param>
internal sealed record CallTerms(string Caller)
{
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Identical calls of the same caller under way may share an answer although it is sampled.</summary>
    public bool Share { get; init; }

    /// <summary>The tool calls in answers change something, so each is made for one request only.</summary>
    public bool Writes { get; init; }
}
