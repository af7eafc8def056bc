using System.Buffers;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Writes the answers of OpenAI's older <c>/v1/completions</c>, where an event and a whole answer have the same shape.</summary>
internal sealed class OpenAITextReplies(string model, bool includeUsage, TimeProvider time) : IChunkFormat
{
    private readonly string _id = "cmpl-" + Random.Shared.GetHexString(24, lowercase: true);
    private readonly long _created = time.GetUtcNow().ToUnixTimeSeconds();

    public string ContentType => LiveResponse.Events;

    public void Write(IBufferWriter<byte> body, ChatChunk chunk)
    {
        if (chunk.Content is not "" || chunk.Finish is not null)
        {
            OpenAIReplies.WriteEvent(body, Completion(chunk));
        }

        if (chunk.Finish is not { } finish)
        {
            return;
        }

        if (includeUsage)
        {
            OpenAIReplies.WriteEvent(body, Completion(chunk) with { Choices = [], Usage = OpenAIReplies.Usage(finish) });
        }

        body.Write(OpenAIReplies.Done);
    }

    public void WriteHeartbeat(IBufferWriter<byte> body, CallProgress progress) => OpenAIReplies.WriteComment(body, progress);

    public void WriteError(IBufferWriter<byte> body, ModelException failure) => OpenAIReplies.WriteErrorEvent(body, failure);

    public OpenAICompletion Of(ChatChunk whole) => Completion(whole) with { Usage = OpenAIReplies.Usage(whole.Finish!) };

    private OpenAICompletion Completion(ChatChunk chunk) => new()
    {
        Id = _id,
        Object = "text_completion",
        Created = _created,
        Model = model,
        SystemFingerprint = OpenAIReplies.Fingerprint,
        Choices = [new OpenAIChoice { Index = 0, Text = chunk.Content, FinishReason = chunk.Finish is { } finish ? OpenAIReplies.Reason(finish, calls: false) : null }],
    };
}
