using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Sutazai.ModelRouter.Dialects;

/// <summary>
/// Writes JSON with letters that are not ASCII as they are, since no browser takes it for HTML. It goes straight to the code that was generated for a
/// type, which a serializer with an encoder of its own does not: that asks each property for its description. What cannot be written leaves nothing behind.
/// </summary>
internal static class JsonWriting
{
    /// <summary>A thread keeps so much to write into, and no more.</summary>
    private const int MostKept = 64 << 10;

    /// <summary>As deep as writers go: an answer has calls in it that were read as deep as JSON is read, and stand some levels deeper there.</summary>
    private static readonly JsonWriterOptions s_answers = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>As deep as what was read may be, so that nothing is handed on that nobody reads.</summary>
    private static readonly JsonWriterOptions s_requests = s_answers with { MaxDepth = 64 };

    // One a thread, since a stream writes something for each token.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_bytes;

    [ThreadStatic]
    private static Utf8JsonWriter? t_answer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_request;

    /// <exception cref="JsonException">The value has a text with half a character in it.</exception>
    /// <exception cref="InvalidOperationException">It nests more than 1000 levels deep.</exception>
    /// <exception cref="ArgumentException">It has a number that JSON has no way to say, or half a character.</exception>
    public static void Write<T>(IBufferWriter<byte> body, T value, JsonTypeInfo<T> type)
    {
        var (bytes, json) = Begin(t_answer ??= new Utf8JsonWriter(Stream.Null, s_answers));
        try
        {
            Write(json, value, type);
            body.Write(bytes.WrittenSpan);
        }
        finally
        {
            End(bytes, json);
        }
    }

    /// <exception cref="ArgumentException">The text has half a character in it.</exception>
    public static void Write(IBufferWriter<byte> body, string text)
    {
        var (bytes, json) = Begin(t_answer ??= new Utf8JsonWriter(Stream.Null, s_answers));
        try
        {
            json.WriteStringValue(text);
            json.Flush();
            body.Write(bytes.WrittenSpan);
        }
        finally
        {
            End(bytes, json);
        }
    }

    /// <summary>For whoever reads it as deep as it is read here: a backend, or this router later.</summary>
    /// <exception cref="JsonException">The value has a text with half a character in it.</exception>
    /// <exception cref="InvalidOperationException">It nests more than 64 levels deep.</exception>
    /// <exception cref="ArgumentException">It has a number that JSON has no way to say, or half a character.</exception>
    public static byte[] Bytes<T>(T value, JsonTypeInfo<T> type)
    {
        var (bytes, json) = Begin(t_request ??= new Utf8JsonWriter(Stream.Null, s_requests));
        try
        {
            Write(json, value, type);
            return bytes.WrittenSpan.ToArray();
        }
        finally
        {
            End(bytes, json);
        }
    }

    private static void Write<T>(Utf8JsonWriter json, T value, JsonTypeInfo<T> type)
    {
        // The code that was generated knows of no converters but those that its types name themselves.
        if (type is { SerializeHandler: { } write, Options.Converters.Count: 0 })
        {
            write(json, value);
        }
        else
        {
            JsonSerializer.Serialize(json, value, type);
        }

        json.Flush();
    }

    private static (ArrayBufferWriter<byte> Bytes, Utf8JsonWriter Json) Begin(Utf8JsonWriter json)
    {
        var bytes = t_bytes ??= new ArrayBufferWriter<byte>(4096);
        json.Reset(bytes);
        return (bytes, json);
    }

    private static void End(ArrayBufferWriter<byte> bytes, Utf8JsonWriter json)
    {
        json.Reset(Stream.Null);
        bytes.ResetWrittenCount();
        if (bytes.Capacity > MostKept)
        {
            t_bytes = null;
        }
    }
}
