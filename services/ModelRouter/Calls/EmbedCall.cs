using System.Text.Json;

namespace Sutazai.ModelRouter.Calls;

/// <summary>A request for the vectors of some texts.</summary>
internal sealed record EmbedCall
{
    public const string Operation = "embeddings";

    public required string Model { get; init; }

    public required IReadOnlyList<string> Inputs { get; init; }

    public bool? Truncate { get; init; }

    public int? Dimensions { get; init; }

    public JsonElement? Options { get; init; }

    /// <summary>For how long the model stays in memory afterwards; infinite for good.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>One vector as the model made it, not scaled to length one: what Ollama's older <c>/api/embeddings</c> answers.</summary>
    public bool Unscaled { get; init; }

    /// <returns>The vectors that a server answered, one for each text.</returns>
    /// <exception cref="ModelException">They are not as many.</exception>
    public IReadOnlyList<float[]> Matched(IReadOnlyList<float[]> vectors) =>
        vectors.Count == Inputs.Count ? vectors
        : Inputs.Contains("") ? throw new ModelException(StatusCodes.Status400BadRequest, "'input' has empty texts, of which the model backend makes no vectors")
        : throw ModelException.Broken($"the model backend answered {vectors.Count} vectors to {Inputs.Count} texts");
}

internal sealed record Embeddings(IReadOnlyList<float[]> Vectors)
{
    public int PromptTokens { get; init; }

    public TimeSpan Total { get; init; }

    public TimeSpan Load { get; init; }

    /// <summary>The options that the model ran with instead of those that the call gave.</summary>
    public string? Changed { get; init; }
}
