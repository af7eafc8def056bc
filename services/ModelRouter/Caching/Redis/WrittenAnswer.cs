using System.Text.Json.Serialization;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Caching.Redis;

/// <summary>An answer as it stands in Redis, piece by piece.</summary>
internal sealed record WrittenAnswer<T>(DateTimeOffset Made, IReadOnlyList<T> Pieces)
    where T : class;

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(WrittenAnswer<ChatChunk>))]
[JsonSerializable(typeof(WrittenAnswer<Embeddings>))]
internal sealed partial class WrittenAnswers : JsonSerializerContext;
