using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Caching.Semantic;

/// <summary>A call as the semantic cache sees it.</summary>
/// <param name="Group">All that makes the call but its last user's text.</param>
internal sealed record Question(AnswerKey Group, string Text, Wording Wording)
{
    /// <summary>The question that this one is held for, and its answer, while it is seen whether the model answers the same.</summary>
    public (string Text, string Answer)? Suspect { get; set; }
}

/// <summary>A question whose answer is kept.</summary>
internal sealed record AnsweredQuestion(AnswerKey Answer, string Text, Wording Wording)
{
    public long Bytes => 100 + (2L * Text.Length) + Wording.Bytes;
}
