using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sutazai.ModelRouter.Calls;
using Sutazai.ModelRouter.Dialects;

namespace Sutazai.ModelRouter.Caching;

/// <summary>An answer as it stands in Redis, piece by piece.</summary>
internal sealed record DatedAnswer<T>(DateTimeOffset Made, IReadOnlyList<T> Pieces)
    where T : class;

/// <summary>
/// How answers are written, in memory and in Redis. A streamed answer's pieces as objects would take five times as much memory, and the garbage
/// collector would have to look at each.
/// </summary>
internal static class AnswerJson
{
    /// <returns>Null where a piece cannot be written: a model's token may be half a character.</returns>
    public static byte[]? Write<T>(IReadOnlyList<T> pieces)
    {
        try
        {
            return JsonWriting.Bytes(pieces, Of<IReadOnlyList<T>>());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    public static IReadOnlyList<T> Read<T>(byte[] json) => JsonSerializer.Deserialize(json, Of<IReadOnlyList<T>>())!;

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
