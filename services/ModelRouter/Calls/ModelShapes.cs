using System.Collections.Concurrent;
using System.Numerics;
using System.Text.Json;
using Sutazai.ModelRouter.Backends;

namespace Sutazai.ModelRouter.Calls;

/// <summary>What the models take of a machine, by their descriptions.</summary>
internal sealed class ModelShapes(TimeProvider time)
{
    /// <summary>Descriptions are read from a file; a server that takes longer is busy, and the call has better to do.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, BackendModel> _models = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, ModelShape> _shapes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a model is made for vectors.</summary>
    public bool Embeds(string model) => _models.TryGetValue(model, out var known) ? known.Embeds : BackendModel.SoundsEmbedding(model);

    public ModelShape? Of(string model) => _shapes.GetValueOrDefault(model);

    public long FileBytes(string model) => _models.TryGetValue(model, out var known) ? known.Bytes : 0;

    /// <summary>Memory of a model loaded for a context of some tokens: its weights and its attention's keys and values. 0 where that is not known.</summary>
    public long Bytes(string model, int context) =>
        _models.TryGetValue(model, out var known) ? known.Bytes + ((Of(model)?.TokenBytes ?? 0) * Math.Min(context, Of(model)?.Context ?? context)) : 0;

    /// <summary>The longest context that a model can be loaded with, by what it was trained for and what fits into memory; null where neither is known.</summary>
    /// <param name="memory">Bytes for models; null where that is not known.</param>
    public int? Longest(string model, long? memory)
    {
        var shape = Of(model);
        if (memory is not { } bytes || shape is not { TokenBytes: > 0 } || !_models.TryGetValue(model, out var known))
        {
            return shape?.Context;
        }

        var room = (bytes - known.Bytes) / shape.TokenBytes;
        var fits = 1 << BitOperations.Log2((uint)Math.Clamp(room, 1, int.MaxValue));
        return Math.Min(fits, shape.Context ?? int.MaxValue);
    }

    /// <summary>Takes what a server says of its models.</summary>
    public void Learn(IEnumerable<BackendModel> models)
    {
        foreach (var model in models)
        {
            if (_models.TryGetValue(model.Name, out var known) && known.Bytes != model.Bytes)
            {
                // Another model under the name.
                _shapes.TryRemove(model.Name, out _);
            }

            _models[model.Name] = model;
        }
    }

    /// <summary>Asks the servers for a model's description, until one has it.</summary>
    public async ValueTask KnowAsync(ModelBackends backends, string model, CancellationToken cancellationToken)
    {
        if (_shapes.ContainsKey(model))
        {
            return;
        }

        foreach (var server in backends.Servers.Where(s => s.LoadsModels))
        {
            using var patience = new CancellationTokenSource(s_patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            try
            {
                _shapes[model] = ModelShape.Of(await server.ShowAsync(model, verbose: false, either.Token));
                return;
            }
            catch (ModelException)
            {
                // It does not know, and will not the next time; another may.
                _shapes.TryAdd(model, ModelShape.Unknown);
            }
            catch (Exception e) when (ModelBackends.Unreachable(e) || (e is OperationCanceledException && patience.IsCancellationRequested))
            {
                // The call itself will tell; until then the file's size has to do.
            }
        }
    }
}

/// <param name="Context">Tokens that the model was trained for; null where it does not say.</param>
/// <param name="TokenBytes">Memory of each token of context.</param>
internal sealed record ModelShape(int? Context, long TokenBytes)
{
    public static ModelShape Unknown { get; } = new(null, 0);

    /// <param name="shown">A reply of Ollama's <c>/api/show</c>.</param>
    public static ModelShape Of(JsonElement shown)
    {
        if (shown.ValueKind != JsonValueKind.Object || !shown.TryGetProperty("model_info", out var info) || info.ValueKind != JsonValueKind.Object)
        {
            return Unknown;
        }

        var family = info.TryGetProperty("general.architecture", out var named) ? named.ToString() : "";
        var heads = Number("attention.head_count") ?? 1;
        var width = (Number("embedding_length") ?? 0) / Math.Max(1, heads);
        var perHead = (Number("attention.key_length") ?? width) + (Number("attention.value_length") ?? width);
        // Two bytes a number.
        var bytes = 2 * (Number("block_count") ?? 0) * (Number("attention.head_count_kv") ?? heads) * perHead;
        return new ModelShape((int?)Number("context_length"), bytes);

        long? Number(string name) => info.TryGetProperty($"{family}.{name}", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
    }
}
