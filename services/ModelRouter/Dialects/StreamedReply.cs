using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>How a dialect streams an answer.</summary>
internal interface IChunkFormat
{
    string ContentType { get; }

    void Write(IBufferWriter<byte> body, ChatChunk chunk);

    /// <summary>An error after the status has been sent.</summary>
    void WriteError(IBufferWriter<byte> body, ModelException failure);
}

internal static class StreamedReply
{
    public static async Task WriteAsync(HttpContext context, IAsyncEnumerable<ChatChunk> chunks, IChunkFormat format)
    {
        var cancellationToken = context.RequestAborted;
        await using var reading = chunks.GetAsyncEnumerator(cancellationToken);

        // The status waits for the first chunk: until then a failure has a status of its own.
        var more = await reading.MoveNextAsync();
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = format.ContentType;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var body = context.Response.BodyWriter;
        try
        {
            while (more)
            {
                format.Write(body, reading.Current);
                await body.FlushAsync(cancellationToken);
                more = await reading.MoveNextAsync();
            }
        }
        catch (ModelException failure)
        {
            format.WriteError(body, failure);
            await body.FlushAsync(cancellationToken);
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
