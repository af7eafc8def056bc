using System.Text.Json;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Backends;

/// <summary>The backend of a platform without a model.</summary>
internal sealed class NoBackend : IModelBackend
{
    public string Name => "none";

    public Uri? Address => null;

    public IAsyncEnumerable<ChatChunk> ChatAsync(ChatCall call, CancellationToken cancellationToken) => throw ModelException.NoBackend();

    public Task<Embeddings> EmbedAsync(EmbedCall call, CancellationToken cancellationToken) => throw ModelException.NoBackend();

    public Task<BackendReport> ReportAsync(CancellationToken cancellationToken) => throw ModelException.NoBackend();

    public Task<JsonElement> ShowAsync(string model, bool verbose, CancellationToken cancellationToken) => throw ModelException.NoBackend();

    public Task<IReadOnlyList<JsonElement>> RunningAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<JsonElement>>([]);
}
