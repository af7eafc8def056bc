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
        var cancellationToken = context.RequestAborted;
        await using var reading = chunks.GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await NextAsync(context, reading, format, progress))
            {
                LiveResponse.Begin(context.Response, format.ContentType);
                format.Write(context.Response.BodyWriter, reading.Current);
                await context.Response.BodyWriter.FlushAsync(cancellationToken);
            }
        }
        catch (ModelException failure) when (context.Response.HasStarted)
        {
            format.WriteError(context.Response.BodyWriter, failure);
            await context.Response.BodyWriter.FlushAsync(cancellationToken);
        }
    }

    /// <summary>Waits for a chunk, with signs of life on the way.</summary>
    private async ValueTask<bool> NextAsync(HttpContext context, IAsyncEnumerator<ChatChunk> reading, IChunkFormat format, CallProgress progress)
    {
        var next = reading.MoveNextAsync();
        if (next.IsCompleted)
        {
            return await next;
        }

        var coming = next.AsTask();
        await LiveResponse.BeatUntilAsync(coming, heartbeat, time, BeatAsync, context.RequestAborted);
        return await coming;

        async Task BeatAsync()
        {
            LiveResponse.Begin(context.Response, format.ContentType);
            format.WriteHeartbeat(context.Response.BodyWriter, progress);
            await context.Response.BodyWriter.FlushAsync(CancellationToken.None);
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
