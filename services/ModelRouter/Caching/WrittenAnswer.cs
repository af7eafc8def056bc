using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Dialects;

namespace Sutazai.ModelRouter.Caching;

/// <summary>
/// An answer as it lies in memory until it is asked for again: JSON of all its pieces. A streamed answer's pieces as objects would take five times
/// as much, and the garbage collector would have to look at each.
/// </summary>
internal sealed class WrittenAnswer<T>
    where T : class
{
    private readonly byte[] _json;

    private WrittenAnswer(byte[] json) => _json = json;

    /// <summary>Memory of it: this object, and the text with its header.</summary>
    public long Bytes => 24 + 24 + ((_json.Length + 7L) / 8 * 8);

    /// <returns>Null where a piece cannot be written: a model's token may be half a character.</returns>
    public static WrittenAnswer<T>? Of(IReadOnlyList<T> pieces)
    {
        try
        {
            return new WrittenAnswer<T>(JsonWriting.Bytes(pieces, AnswerJson.Of<IReadOnlyList<T>>()));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    public IReadOnlyList<T> Read() => JsonSerializer.Deserialize(_json, AnswerJson.Of<IReadOnlyList<T>>())!;
}

/// <summary>An answer as it stands in Redis, piece by piece.</summary>
internal sealed record DatedAnswer<T>(DateTimeOffset Made, IReadOnlyList<T> Pieces)
    where T : class;

/// <summary>How answers are written, in memory and in Redis.</summary>
internal static class AnswerJson
{
    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)(WrittenTexts.Default.GetTypeInfo(typeof(T)) ?? WrittenVectors.Default.GetTypeInfo(typeof(T)))!;
}

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<ChatChunk>))]
[JsonSerializable(typeof(DatedAnswer<ChatChunk>))]
internal sealed partial class WrittenTexts : JsonSerializerContext;

[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters = [typeof(VectorConverter)],
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<Embeddings>))]
[JsonSerializable(typeof(DatedAnswer<Embeddings>))]
internal sealed partial class WrittenVectors : JsonSerializerContext;

/// <summary>Vectors as base64 of their bytes, little end first: a third of what their digits take, and exact.</summary>
internal sealed class VectorConverter : JsonConverter<float[]>
{
    public override float[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes) && bytes.Length % sizeof(float) == 0
            ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : throw new JsonException("A vector is base64 of 32-bit floats.");

    public override void Write(Utf8JsonWriter writer, float[] value, JsonSerializerOptions options) => writer.WriteBase64StringValue(MemoryMarshal.AsBytes(value.AsSpan()));
}
