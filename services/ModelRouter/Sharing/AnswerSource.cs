using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Sharing;

/// <summary>Where an answer came from.</summary>
internal readonly record struct AnswerSource(CacheUse Cache, ShareUse Share);

internal enum CacheUse
{
    /// <summary>It may not be kept, or nothing is.</summary>
    Off,

    Miss,
    Hit,

    /// <summary>Another router's was found in Redis.</summary>
    Redis,

    /// <summary>The same was asked in other words.</summary>
    Semantic,
}

internal enum ShareUse
{
    /// <summary>Nobody else may read it.</summary>
    Off,

    /// <summary>The model was asked for it, and others may join.</summary>
    Leader,

    /// <summary>The model was already at it.</summary>
    Joined,
}

/// <param name="Model">The model that answers.</param>
/// <param name="Progress">How far the call to the model has come.</param>
/// <param name="Chunks">The answer as it comes. To be read once, and at once: an answer under way counts its readers from the start.</param>
internal sealed record ChatAnswer(string Model, AnswerSource Source, CallProgress Progress, IAsyncEnumerable<ChatChunk> Chunks);

/// <inheritdoc cref="ChatAnswer"/>
internal sealed record EmbedAnswer(string Model, AnswerSource Source, CallProgress Progress, Embeddings Embeddings);
