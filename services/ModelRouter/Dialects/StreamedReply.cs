using System.Buffers;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>How a dialect streams an answer.</summary>
internal interface IChunkFormat
{
    string ContentType { get; }

    void Write(IBufferWriter<byte> body, ChatChunk chunk);

    /// <summary>A sign of life while there is nothing to send.</summary>
    void WriteHeartbeat(IBufferWriter<byte> body, CallProgress progress);

    /// <summary>An error after the status has been sent.</summary>
    void WriteError(IBufferWriter<byte> body, ModelException failure);
}

/// <summary>Sends answers as they come.</summary>
/// <param name="heartbeat">The longest silence; proxies and clients take a longer one for a dead connection.</param>
internal sealed class StreamedReply(TimeSpan heartbeat, TimeProvider time)
{
    public async Task WriteAsync(HttpContext context, IAsyncEnumerable<ChatChunk> chunks, IChunkFormat format, CallProgress progress)
    {
        await using var stream = new BeatingStream(context, format, progress, heartbeat, time);
        try
        {
            await foreach (var chunk in chunks.WithCancellation(context.RequestAborted))
            {
                await stream.SendAsync(chunk);
            }
        }
        catch (ModelException failure)
        {
            if (!await stream.FailAsync(failure))
            {
                throw;
            }
        }
    }

    /// <summary>All chunks as one, its finish set.</summary>
    public static async Task<ChatChunk> WholeAsync(IAsyncEnumerable<ChatChunk> chunks, CancellationToken cancellationToken)
    {
        ChatChunk? whole = null;
        List<ChatChunk>? parts = null;
        await foreach (var chunk in chunks.WithCancellation(cancellationToken))
        {
            if (whole is null)
            {
                whole = chunk;
            }
            else
            {
                (parts ??= [whole]).Add(chunk);
            }
        }

        if (parts is null)
        {
            return whole!;
        }

        var thinking = string.Concat(parts.Select(p => p.Thinking));
        ToolCall[] calls = [.. parts.SelectMany(p => p.ToolCalls ?? [])];
        return new ChatChunk
        {
            Content = string.Concat(parts.Select(p => p.Content)),
            Thinking = thinking is "" ? null : thinking,
            ToolCalls = calls is [] ? null : calls,
            Logprobs = parts.Any(p => p.Logprobs is not null) ? [.. parts.SelectMany(p => p.Logprobs ?? [])] : null,
            Finish = parts[^1].Finish,
        };
    }
}
