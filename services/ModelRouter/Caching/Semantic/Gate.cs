namespace Sutazai.ModelRouter.Caching.Semantic;

/// <summary>In what two texts differ, so that one is not answered as the other was.</summary>
internal enum Gate
{
    /// <summary>They are written in different languages or scripts.</summary>
    Language,

    /// <summary>Their code differs.</summary>
    Code,

    /// <summary>Their numbers, or the units after them, differ.</summary>
    Numbers,

    /// <summary>One denies, limits or reverses what the other says.</summary>
    Polarity,

    /// <summary>They name different things: names, identifiers, paths, addresses, quotations.</summary>
    Entities,

    /// <summary>Other words differ.</summary>
    Words,

    /// <summary>The same words stand in another order.</summary>
    Order,
}
