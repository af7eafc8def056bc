using System.ComponentModel.DataAnnotations;

namespace Sutazai.ModelRouter;

/// <summary>Configuration section <c>ModelRouter</c>.</summary>
internal sealed class ModelRouterOptions : IValidatableObject
{
    /// <summary>Requests that may wait for a model, over all models; the next one is refused.</summary>
    [Range(0, 100_000)]
    public int MaxQueue { get; set; } = 512;

    /// <summary>Requests that one model works on at the same time. On a CPU more than one makes all of them slower.</summary>
    [Range(1, 64)]
    public int ConcurrencyPerModel { get; set; } = 1;

    /// <summary>Largest request body; Ollama's own limit.</summary>
    [Range(1024, 1L << 30)]
    public long MaxBodyBytes { get; set; } = 20 << 20;

    /// <summary>A streamed answer is silent no longer than this: where there is nothing to send, the client gets a sign of life.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Names that agents ask for, and the backend's models they stand for.</summary>
    public Dictionary<string, string> Aliases { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["base-llm"] = "llama3.2:3b",
        ["base-nlp"] = "llama3.2:1b",
        ["base-embed"] = "nomic-embed-text",
    };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (alias, model) in Aliases)
        {
            if (string.IsNullOrWhiteSpace(model))
            {
                yield return new($"ModelRouter:Aliases:{alias} is empty; give the name of one of the backend's models.", [nameof(Aliases)]);
            }
            else if (Aliases.ContainsKey(model))
            {
                yield return new($"ModelRouter:Aliases:{alias} stands for '{model}', which is an alias itself; give the name of one of the backend's models.", [nameof(Aliases)]);
            }
        }
    }
}
