using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sutazai.ModelRouter.Calls;

/// <summary>
/// One context length for each model on a server, whatever callers ask for: a server that is asked for another loads the model again. While the
/// model is loaded the length only grows, to the next power of two, and everybody uses it; the next load goes by what was asked for lately. The
/// other options that make a server reload are not the callers' to choose.
/// </summary>
/// <param name="keep">For how long a length counts that somebody asked for; at least as long as a call may wait.</param>
internal sealed class ContextPlan(int shortest, TimeSpan keep, TimeProvider time)
{
    /// <summary>Runner options of Ollama: another value is another load (server/sched.go, needsReload).</summary>
    private static readonly string[] s_reload = ["num_batch", "num_gpu", "main_gpu", "use_mmap", "num_thread", "draft_num_predict"];

    private readonly Dictionary<string, int> _lengths = new(StringComparer.OrdinalIgnoreCase);

    // When each length was asked for last; powers of two, so they are few.
    private readonly Dictionary<string, Dictionary<int, long>> _asked = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Tokens that a model is loaded for.</summary>
    public int Of(string model) => _lengths.GetValueOrDefault(model, shortest);

    /// <summary>Tokens that a call which asks for a length will have.</summary>
    /// <param name="longest">What the model can have; null where that is not known.</param>
    public int Of(string model, int? length, int? longest) => Math.Max(Of(model), Rounded(length, longest));

    /// <summary>Makes room for what a call asks for.</summary>
    /// <param name="longest">What the model can have; null where that is not known.</param>
    /// <returns>Whether the model, if loaded, is loaded with too little.</returns>
    public bool Ask(string model, int? length, int? longest)
    {
        var wanted = Rounded(length, longest);
        if (wanted <= shortest)
        {
            return false;
        }

        if (!_asked.TryGetValue(model, out var asked))
        {
            _asked[model] = asked = [];
        }

        asked[wanted] = time.GetTimestamp();
        if (wanted <= Of(model))
        {
            return false;
        }

        _lengths[model] = wanted;
        return true;
    }

    /// <summary>The model is about to be loaded: nobody pays any longer for what was wanted long ago.</summary>
    /// <returns>Tokens to load it for.</returns>
    public int Settle(string model)
    {
        if (_asked.TryGetValue(model, out var asked))
        {
            foreach (var old in asked.Where(a => time.GetElapsedTime(a.Value) > keep).ToList())
            {
                asked.Remove(old.Key);
            }

            _lengths[model] = asked.Keys.Append(shortest).Max();
        }

        return Of(model);
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
    public IEnumerable<string> Kept(IEnumerable<JsonElement> loaded) => loaded.Where(r => Length(r) is { } length && length == Of(Name(r)!)).Select(r => Name(r)!);

    /// <summary>Whether a model is not among the loaded ones, or with another length.</summary>
    /// <param name="loaded">Rows of Ollama's <c>/api/ps</c>; older versions of it tell no length.</param>
    public bool Lacks(IEnumerable<JsonElement> loaded, string model) =>
        !loaded.Any(r => string.Equals(Name(r), model, StringComparison.OrdinalIgnoreCase) && (Length(r) ?? Of(model)) == Of(model));

    /// <summary>The context length that a call asks for.</summary>
    /// <exception cref="ModelException">It is no number.</exception>
    public static int? Asked(JsonElement? options) => CallOptions.Integer(options, "num_ctx") is > 0 and var length ? length : null;

    private int Rounded(int? length, int? longest)
    {
        var rounded = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)Math.Max(length ?? 0, 1)), int.MaxValue);
        return Math.Min(Math.Max(rounded, shortest), Math.Max(longest ?? int.MaxValue, 1));
    }

    private static string? Name(JsonElement row) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;

    private static int? Length(JsonElement row) =>
        Name(row) is not null && row.TryGetProperty("context_length", out var length) && length.ValueKind == JsonValueKind.Number && length.TryGetInt32(out var tokens) ? tokens : null;
}
