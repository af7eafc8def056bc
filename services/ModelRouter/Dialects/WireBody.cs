using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>Reads and writes bodies for both dialects.</summary>
internal static class WireBody
{
    private static readonly JsonWriterOptions s_writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // One a thread, since a stream writes one for each token.
    [ThreadStatic]
    private static Utf8JsonWriter? t_json;

    /// <summary>Snake case, nulls left out, letters that are not ASCII as they are.</summary>
    public static JsonSerializerOptions Options() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Reads JSON whatever the content type says, as Ollama does: <c>curl -d</c> calls it a form.</summary>
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
            return await JsonSerializer.DeserializeAsync(context.Request.BodyReader, type, context.RequestAborted)
                ?? throw ModelException.Invalid("the request body is null; a JSON object is expected");
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

    public static void Write<T>(IBufferWriter<byte> body, T value, JsonTypeInfo<T> type)
    {
        var writer = t_json ??= new Utf8JsonWriter(body, s_writer);
        writer.Reset(body);
        JsonSerializer.Serialize(writer, value, type);
        writer.Reset(Stream.Null);
    }

    public static async Task ReplyAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        Write(context.Response.BodyWriter, value, type);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    /// <summary>The text of a JSON string.</summary>
    /// <exception cref="ModelException">It has half a surrogate pair or bytes that are no UTF-8.</exception>
    public static string Text(JsonElement text, string name)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ModelException.Invalid($"'{name}' is not valid Unicode text");
        }
    }

    private static string Explain(JsonException e)
    {
        var path = e.Path is { Length: > 2 } known ? $"'{known[2..]}'" : "the request body";
        return e.InnerException switch
        {
            InvalidOperationException unreadable when !unreadable.Message.Contains("token type", StringComparison.Ordinal) => $"{path} is not valid Unicode text",
            InvalidOperationException or FormatException => $"{path} has the wrong type",
            null when e.Message.Contains("could not be converted", StringComparison.Ordinal) => $"{path} has the wrong type",
            _ => $"invalid JSON near line {(e.LineNumber ?? 0) + 1}, byte {e.BytePositionInLine ?? 0}",
        };
    }
}
