using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Caching;

/// <summary>What a model's work on an answer took, or null where the answer may not be given to anybody else.</summary>
internal static class AnswerWorth
{
    /// <param name="writes">Whether the caller's tools change something; see <see cref="CallTerms.Writes"/>.</param>
    public static TimeSpan? Of(IReadOnlyList<ChatChunk> chunks, bool writes) =>
        // Any other reason means an answer cut off.
        chunks[^1].Finish is not { Reason: "stop" } finish || (writes && chunks.Any(c => c.ToolCalls is not null))
            ? null
            : Of(finish.PromptEvaluation + finish.Evaluation, finish.Total, finish.Load);

    public static TimeSpan? Of(Embeddings embeddings) => Of(TimeSpan.Zero, embeddings.Total, embeddings.Load);

    private static TimeSpan Of(TimeSpan evaluation, TimeSpan total, TimeSpan load)
    {
        var work = evaluation > TimeSpan.Zero ? evaluation : total - load;

        // Whether the model would have to be loaded the next time is not known: half of it.
        return (work > TimeSpan.Zero ? work : TimeSpan.Zero) + (load / 2);
    }
}
