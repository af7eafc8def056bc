using System.Text.Json;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Backends;

/// <summary>What answers the calls. Its failures are <see cref="ModelException"/>, or those of HTTP, reading and JSON.</summary>
internal interface IModelBackend
{
    string Name { get; }

    Uri? Address { get; }

    /// <summary>The answer as it comes; the last chunk has a <see cref="Finish"/>, and an answer without one is broken.</summary>
    IAsyncEnumerable<ChatChunk> ChatAsync(ChatCall call, CancellationToken cancellationToken);

    Task<Embeddings> EmbedAsync(EmbedCall call, CancellationToken cancellationToken);

    Task<BackendReport> ReportAsync(CancellationToken cancellationToken);

    /// <summary>A model's description in the form of Ollama's <c>/api/show</c>.</summary>
    Task<JsonElement> ShowAsync(string model, bool verbose, CancellationToken cancellationToken);

    /// <summary>The loaded models, as the rows of Ollama's <c>/api/ps</c>.</summary>
    Task<IReadOnlyList<JsonElement>> RunningAsync(CancellationToken cancellationToken);

    /// <summary>Whether it loads models when it is told to and keeps them until it is told otherwise; else it serves what it has.</summary>
    bool LoadsModels => false;

    /// <summary>Loads a model for good; takes as long as that takes.</summary>
    /// <param name="embeds">Whether it is made for vectors.</param>
    /// <param name="context">Tokens that it is to have room for.</param>
    Task LoadAsync(string model, bool embeds, int context, CancellationToken cancellationToken) => Task.CompletedTask;

    Task UnloadAsync(string model, CancellationToken cancellationToken) => Task.CompletedTask;
}

internal sealed record BackendReport(string? Version, IReadOnlyList<BackendModel> Models);

/// <param name="Embeds">Made for vectors, not for text.</param>
/// <param name="Row">The model's row in Ollama's <c>/api/tags</c>.</param>
internal sealed record BackendModel(string Name, bool Embeds, JsonElement Row)
{
    /// <summary>What its file takes; 0 where the backend does not say.</summary>
    public long Bytes => Row.ValueKind == JsonValueKind.Object && Row.TryGetProperty("size", out var size) && size.TryGetInt64(out var bytes) ? bytes : 0;

    /// <summary>Families and names of models made for vectors, for backends that list no capabilities.</summary>
    private static readonly string[] s_embedding = ["embed", "bert", "minilm", "bge-", "gte-", "e5-"];

    public static bool SoundsEmbedding(string name) => s_embedding.Any(s => name.Contains(s, StringComparison.OrdinalIgnoreCase));
}
