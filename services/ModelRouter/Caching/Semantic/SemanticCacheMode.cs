namespace Sutazai.ModelRouter.Caching.Semantic;

internal enum SemanticCacheMode
{
    Off,

    /// <summary>What would be answered from the cache is answered by the model all the same, and the two answers are compared.</summary>
    Shadow,

    On,
}
