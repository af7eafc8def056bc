namespace Sutazai.Testing.OllamaSimulator.Answers;

/// <summary>A piece of an answer as it comes out of a model.</summary>
internal abstract record AnswerPart(DateTimeOffset At);

internal sealed record TextPart(DateTimeOffset At, string Content, string Thinking) : AnswerPart(At);

internal sealed record CallsPart(DateTimeOffset At, IReadOnlyList<ToolCall> Calls) : AnswerPart(At);

internal sealed record LastPart(DateTimeOffset At, string Reason, Metrics Metrics) : AnswerPart(At);

/// <summary>An error after the answer has begun.</summary>
internal sealed record ErrorPart(DateTimeOffset At, int Status, string Message) : AnswerPart(At);

internal sealed record Metrics(TimeSpan Total, TimeSpan Load, int PromptTokens, TimeSpan Prefill, int GeneratedTokens, TimeSpan Generation)
{
    public static Metrics None { get; } = new(TimeSpan.Zero, TimeSpan.Zero, 0, TimeSpan.Zero, 0, TimeSpan.Zero);
}

/// <summary>An answer given in one piece.</summary>
internal sealed record WholeAnswer(DateTimeOffset At, string Content, string Thinking, IReadOnlyList<ToolCall> Calls, string Reason, Metrics Metrics)
{
    public static WholeAnswer Empty(DateTimeOffset at, string reason) => new(at, "", "", [], reason, Metrics.None);
}
