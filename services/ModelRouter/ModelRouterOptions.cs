using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Caching.Semantic;
using Sutazai.ModelRouter.Usage;

namespace Sutazai.ModelRouter;

/// <summary>Configuration section <c>ModelRouter</c>.</summary>
internal sealed class ModelRouterOptions : IValidatableObject
{
    /// <summary>Requests that may wait for a model, over all models; the next one is refused.</summary>
    [Range(0, 100_000)]
    public int MaxQueue { get; set; } = 512;

    /// <summary>Requests that each server of the backend works on at the same time. On a CPU more than one makes all of them slower.</summary>
    [Range(1, 1000)]
    public int Concurrency { get; set; } = 1;

    /// <summary>Requests at the same time up to which a server is tried, one more at a time and only while that raises what it gets done; by default no more than `Concurrency`.</summary>
    [Range(1, 1000)]
    public int? MaxConcurrency { get; set; }

    /// <summary>Models that an Ollama backend keeps in memory at the same time; its own default on a CPU.</summary>
    [Range(1, 1000)]
    public int MaxLoadedModels { get; set; } = 3;

    /// <summary>Memory for all loaded models of a server. By default four fifths of this machine's for a server on it, and no limit for another.</summary>
    [Range(1L << 20, long.MaxValue)]
    public long? ModelMemoryBytes { get; set; }

    /// <summary>Tokens of context that models of an Ollama backend are loaded for at least; calls that ask for more make it grow, to the next power of two that fits in memory, until the model is loaded again and nobody has asked for so much lately.</summary>
    [Range(128, 1 << 24)]
    public int ContextLength { get; set; } = 4096;

    /// <summary>Whether an idle Ollama backend loads the models behind the aliases, and what will probably be asked for.</summary>
    public bool Preload { get; set; } = true;

    /// <summary>No interactive call that is taken waits longer than this, the work and the load under way then not counted; others are refused at once.</summary>
    [TimeRange("00:00:01", "7.00:00:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The same for batch calls.</summary>
    [TimeRange("00:00:01", "7.00:00:00")]
    public TimeSpan MaxBatchWait { get; set; } = TimeSpan.FromHours(2);

    /// <summary>Largest request body; Ollama's own limit.</summary>
    [Range(1024, 1L << 30)]
    public long MaxBodyBytes { get; set; } = 20 << 20;

    /// <summary>Memory for answers kept for the next who asks the same, some 2,900 streamed ones of 100 tokens, which take a processor that writes 20 tokens a second four hours; 0 keeps none.</summary>
    [Range(0, 1L << 40)]
    public long CacheBytes { get; set; } = 8 << 20;

    /// <summary>For how long an answer is kept at most.</summary>
    [TimeRange("00:00:01", "365.00:00:00")]
    public TimeSpan CacheExpiry { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Whether a question may be answered as the same one in other words was: <c>off</c>, <c>shadow</c> (the model answers, and it is counted how often it answers the same) or <c>on</c>.</summary>
    public SemanticCacheMode SemanticCache { get; set; }

    /// <summary>Cosine of two questions' embeddings that the semantic cache asks for, beside its verifier's consent.</summary>
    [Range(0.0, 1.0)]
    public double SemanticCacheThreshold { get; set; } = 0.85;

    /// <summary>Memory of an answer under way beyond which identical calls are given one of their own; a client that is further behind its answer is let go, so that no model waits for it.</summary>
    [Range(1024, 1L << 30)]
    public long SharedAnswerBytes { get; set; } = 4 << 20;

    /// <summary>A streamed answer is silent no longer than this: where there is nothing to send, the client gets a sign of life.</summary>
    [TimeRange("00:00:00.1", "00:05:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For how long the usage ledger keeps what was used.</summary>
    [TimeRange("1.00:00:00", "3650.00:00:00")]
    public TimeSpan UsageRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Limits by a name of their own: <c>CpuSeconds</c>, <c>Tokens</c> or both in each <c>Window</c> (<c>Hour</c> or <c>Day</c>, of UTC), for the
    /// <c>Caller</c> named (<c>key:{id}</c>) or each that none names, and of what an <c>Agent</c> uses for them or of all.
    /// </summary>
    public Dictionary<string, BudgetOptions> Budgets { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names that agents ask for, and the backend's models they stand for.</summary>
    public Dictionary<string, string> Aliases { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["base-llm"] = "llama3.2:3b",
        ["base-nlp"] = "llama3.2:1b",
        ["base-embed"] = "nomic-embed-text",
    };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MaxConcurrency < Concurrency)
        {
            yield return new($"ModelRouter:MaxConcurrency is {MaxConcurrency}, less than ModelRouter:Concurrency, {Concurrency}.", [nameof(MaxConcurrency)]);
        }

        foreach (var wrong in Budgets.Select(b => b.Value.Check(b.Key)).OfType<string>())
        {
            yield return new(wrong, [nameof(Budgets)]);
        }

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

/// <summary>Checks the options by generated code: reflection would not find what a compiler ahead of time left out.</summary>
[OptionsValidator]
internal sealed partial class ModelRouterOptionsCheck : IValidateOptions<ModelRouterOptions>;

/// <summary>As <see cref="RangeAttribute"/>, which has its bounds converted by reflection.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TimeRangeAttribute(string least, string most) : ValidationAttribute($"The field {{0}} must be between {least} and {most}.")
{
    private readonly TimeSpan _least = TimeSpan.Parse(least, CultureInfo.InvariantCulture);
    private readonly TimeSpan _most = TimeSpan.Parse(most, CultureInfo.InvariantCulture);

    public override bool IsValid(object? value) => value is not TimeSpan time || (time >= _least && time <= _most);
}
