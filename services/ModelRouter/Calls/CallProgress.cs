using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Calls;

internal enum CallState
{
    /// <summary>It waits for its turn.</summary>
    Queued,

    /// <summary>Its model is being loaded.</summary>
    Loading,

    /// <summary>Its model reads the prompt or answers.</summary>
    Working,
}

/// <summary>
/// How far one call has come: told by whoever moves it on, asked at any time by whoever keeps its client informed. A call that nobody
/// moves is at work.
/// </summary>
internal sealed class CallProgress
{
    private volatile Func<Standing>? _standing;
    private volatile string? _decision;
    private volatile string? _changed;
    private volatile int _found;

    /// <summary>Where it stands at this moment.</summary>
    public Standing Now => _standing?.Invoke() ?? new Standing(CallState.Working, null, null);

    /// <summary>Why the call began when it did, for an operator to read; null before.</summary>
    public string? Decision => _decision;

    /// <summary>The options that the model runs with instead of those that the call gave.</summary>
    public string? Changed
    {
        get => _changed;
        set => _changed = value;
    }

    /// <summary>Where the answer was found, if it was after the call had begun.</summary>
    public CacheUse? Found => _found is 0 ? null : (CacheUse)_found;

    /// <param name="standing">Asked whenever somebody wants to know.</param>
    public void Follow(Func<Standing> standing) => _standing = standing;

    public void Begin(string decision) => (_decision, _standing) = (decision, null);

    public void FoundIn(CacheUse cache) => _found = (int)cache;

    /// <summary>The answer had been made before.</summary>
    /// <param name="last">Its last piece, which tells what it was made with.</param>
    public CallProgress Repeat(object last)
    {
        Changed = last switch { ChatChunk { Finish: { } finish } => finish.Changed, Embeddings embeddings => embeddings.Changed, _ => null };
        return this;
    }

    /// <param name="Position">Calls that go before it, this one counted: 1 is the next.</param>
    /// <param name="Eta">Until it is at work.</param>
    public sealed record Standing(CallState State, int? Position, TimeSpan? Eta)
    {
        /// <summary>The state as clients are told it.</summary>
        public string Word => State switch { CallState.Queued => "waiting", CallState.Loading => "loading", _ => "working" };
    }
}
