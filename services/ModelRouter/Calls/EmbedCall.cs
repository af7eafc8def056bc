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
}

internal sealed record Embeddings(IReadOnlyList<float[]> Vectors)
{
    public int PromptTokens { get; init; }

    public TimeSpan Total { get; init; }

    public TimeSpan Load { get; init; }
}
