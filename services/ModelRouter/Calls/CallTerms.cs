namespace Sutazai.ModelRouter.Calls;

/// <summary>Who asks, how long they wait, and what they want of answers made for others.</summary>
/// <param name="Caller">The caller's subject; no answer is shared between two of them.</param>
internal sealed record CallTerms(string Caller)
{
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The agent that asks for the caller.</summary>
    public string? Agent { get; init; }

    /// <summary>Nobody sits before a screen and waits for it.</summary>
    public bool Batch { get; init; }

    /// <summary>Whose share of the model the work is counted against.</summary>
    public string Tenant => Agent is null ? Caller : $"{Agent} for {Caller}";

    /// <summary>Identical calls of the same caller under way may share an answer although it is sampled.</summary>
    public bool Share { get; init; }

    /// <summary>The tool calls in answers change something, so each is made for one request only.</summary>
    public bool Writes { get; init; }
}
