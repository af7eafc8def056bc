using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Reads bodies and writes replies for both dialects.</summary>
internal static class WireBody
{
    /// <summary>Snake case, nulls left out, letters that are not ASCII as they are.</summary>
    public static JsonSerializerOptions Options() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads JSON whatever the content type says, as Ollama does: <c>curl -d</c> calls it a form.</summary>
    /// <returns>Whose texts and names are all Unicode.</returns>
    /// <exception cref="ModelException">There is no body, it is too large, no JSON, or has a value of the wrong type.</exception>
    public static async ValueTask<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, long maxBytes)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            throw ModelException.Invalid("missing request body");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = maxBytes;
        }

        try
        {
            var body = await WholeAsync(context.Request.BodyReader, context.RequestAborted);
            try
            {
                return Read(body, type) ?? throw ModelException.Invalid("the request body is null; a JSON object is expected");
            }
            finally
            {
                context.Request.BodyReader.AdvanceTo(body.End);
            }
        }
        catch (JsonException e)
        {
            throw ModelException.Invalid(Explain(e));
        }
        catch (BadHttpRequestException e)
        {
            throw e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? new ModelException(e.StatusCode, $"the request body is larger than {maxBytes} bytes") { Code = "request_too_large" }
                : new ModelException(e.StatusCode, e.Message);
        }
    }

    public static async Task ReplyAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        JsonWriting.Write(context.Response.BodyWriter, value, type);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static async ValueTask<ReadOnlySequence<byte>> WholeAsync(PipeReader body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            if (read.IsCompleted)
            {
                return read.Buffer;
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static T? Read<T>(ReadOnlySequence<byte> body, JsonTypeInfo<T> type)
    {
        if (body.IsSingleSegment)
        {
            return Read(body.FirstSpan, type);
        }

        // In one piece it is looked through and read several times as fast as in the pieces that it came in.
        var length = (int)body.Length;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(bytes);
            return Read(bytes.AsSpan(0, length), type);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static T? Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        body = body.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;
        return JsonText.IsUnicode(body) ? JsonSerializer.Deserialize(body, type) : throw ModelException.Invalid($"{JsonText.Place(body)} is not valid Unicode text");
    }

    private static string Explain(JsonException e)
    {
        var path = e.Path is { Length: > 2 } known ? $"'{known[2..]}'" : "the request body";
        return e.InnerException switch
        {
            InvalidOperationException or FormatException => $"{path} has the wrong type",
            null when e.Message.Contains("could not be converted", StringComparison.Ordinal) => $"{path} has the wrong type",
            _ => $"invalid JSON near line {(e.LineNumber ?? 0) + 1}, byte {e.BytePositionInLine ?? 0}",
        };
    }
}
