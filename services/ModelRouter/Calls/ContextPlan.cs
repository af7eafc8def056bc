using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.ModelRouter.Calls;

/// <summary>
/// One context length for each model on a server, whatever callers ask for: a server that is asked for another loads the model again. It only
/// grows, to the next power of two, and everybody then uses it. The other options that make a server reload are not the callers' to choose.
/// </summary>
internal sealed class ContextPlan(int shortest)
{
    /// <summary>Runner options of Ollama: another value is another load (server/sched.go, needsReload).</summary>
    private static readonly string[] s_reload = ["num_batch", "num_gpu", "main_gpu", "use_mmap", "num_thread", "draft_num_predict"];

    private readonly Dictionary<string, int> _lengths = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Tokens that a model is loaded for.</summary>
    public int Of(string model) => _lengths.GetValueOrDefault(model, shortest);

    /// <summary>Makes room for what a call asks for.</summary>
    /// <param name="longest">What the model was trained for; null where that is not known.</param>
    /// <returns>Whether the model, if loaded, is loaded with too little.</returns>
    public bool Ask(string model, int? length, int? longest)
    {
        var known = Of(model);
        var rounded = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)Math.Max(length ?? 0, 1)), int.MaxValue);
        var wanted = Math.Min(Math.Max(known, rounded), Math.Max(longest ?? int.MaxValue, 1));
        if (wanted <= known)
        {
            return false;
        }

        _lengths[model] = wanted;
        return true;
    }

    /// <summary>A call's options as they go to the server, and what was changed about those it gave, for its caller to read.</summary>
    public (JsonElement Options, string? Changed) Apply(string model, JsonElement? options)
    {
        var length = Of(model);
        var given = options is { ValueKind: JsonValueKind.Object } asked ? JsonNodes.Of(asked) : [];
        List<string> changed = [];
        if (given["num_ctx"] is { } context && !JsonNode.DeepEquals(context, length))
        {
            changed.Add($"num_ctx={length}");
        }

        given["num_ctx"] = length;
        foreach (var option in s_reload)
        {
            if (given.Remove(option))
            {
                changed.Add($"{option}=unset");
            }
        }

        return (JsonSerializer.SerializeToElement(given, Dialects.OllamaJson.Wire.JsonObject), changed is [] ? null : string.Join(", ", changed));
    }

    /// <summary>Those of the loaded models that have the length that they are to have.</summary>
    /// <param name="loaded">Rows of Ollama's <c>/api/ps</c>.</param>
    public IEnumerable<string> Kept(IEnumerable<JsonElement> loaded) => loaded
        .Where(row => row.TryGetProperty("name", out var name) && row.TryGetProperty("context_length", out var context) && context.TryGetInt32(out var length) && length == Of(name.GetString()!))
        .Select(row => row.GetProperty("name").GetString()!);

    /// <summary>The context length that a call asks for.</summary>
    /// <exception cref="ModelException">It is no number.</exception>
    public static int? Asked(JsonElement? options) => CallOptions.Integer(options, "num_ctx") is > 0 and var length ? length : null;
}
