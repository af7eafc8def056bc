using System.Buffers;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Writes answers as Ollama does: JSON objects, one a line where streamed.</summary>
internal sealed class OllamaReplies(string model, bool generates, TimeProvider time) : IChunkFormat
{
    public string ContentType => "application/x-ndjson";

    public void Write(IBufferWriter<byte> body, ChatChunk chunk)
    {
        if (chunk is { Finish: not null, ToolCalls: not null } or { Finish: not null, Content: not "" })
        {
            // Clients read text and calls in lines before the last.
            WriteLine(body, Of(chunk with { Finish = null }));
            chunk = new ChatChunk { Finish = chunk.Finish };
        }

        WriteLine(body, Of(chunk));
    }

    /// <summary>A piece of the answer without anything in it, which every client adds up to nothing.</summary>
    public void WriteHeartbeat(IBufferWriter<byte> body, CallProgress progress) =>
        WriteLine(body, Of(new ChatChunk()) with { Queue = Queue(progress.Now) });

    public void WriteError(IBufferWriter<byte> body, ModelException failure)
    {
        JsonWriting.Write(body, new OllamaError(failure.Message), OllamaJson.Wire.OllamaError);
        body.Write("\n"u8);
    }

    public OllamaChunk Of(ChatChunk chunk)
    {
        var (calls, unreadable) = OllamaToolCalls.Split(chunk.ToolCalls);
        var content = chunk.Content + unreadable;
        var thinking = string.IsNullOrEmpty(chunk.Thinking) ? null : chunk.Thinking;
        var finish = chunk.Finish;
        return new OllamaChunk
        {
            Model = model,
            CreatedAt = time.GetUtcNow().UtcDateTime,
            Message = generates ? null : new OllamaMessage { Role = "assistant", Content = content, Thinking = thinking, ToolCalls = calls },
            Response = generates ? content : null,
            Thinking = generates ? thinking : null,
            ToolCalls = generates ? calls : null,
            Logprobs = chunk.Logprobs,
            Done = finish is not null,
            DoneReason = finish?.Reason,
            Context = finish?.Context,
            TotalDuration = Nanoseconds(finish?.Total),
            LoadDuration = Nanoseconds(finish?.Load),
            PromptEvalCount = finish?.PromptTokens is > 0 and var prompt ? prompt : null,
            PromptEvalDuration = Nanoseconds(finish?.PromptEvaluation),
            EvalCount = finish?.CompletionTokens is > 0 and var completion ? completion : null,
            EvalDuration = Nanoseconds(finish?.Evaluation),
        };
    }

    public static OllamaEmbedReply Of(string model, Embeddings embeddings) => new()
    {
        Model = model,
        Embeddings = embeddings.Vectors,
        TotalDuration = Nanoseconds(embeddings.Total),
        LoadDuration = Nanoseconds(embeddings.Load),
        PromptEvalCount = embeddings.PromptTokens,
    };

    public static Task ErrorAsync(HttpContext context, ModelException failure) =>
        WireBody.ReplyAsync(context, new OllamaError(failure.Message), OllamaJson.Wire.OllamaError);

    private static void WriteLine(IBufferWriter<byte> body, OllamaChunk line)
    {
        JsonWriting.Write(body, line, OllamaJson.Wire.OllamaChunk);
        body.Write("\n"u8);
    }

    private static OllamaQueue Queue(CallProgress.Standing now) => new(now.Word, now.Position, now.Eta is { } eta ? Math.Ceiling(eta.TotalSeconds) : null);

    private static long? Nanoseconds(TimeSpan? time) => time?.Ticks * TimeSpan.NanosecondsPerTick;
}
