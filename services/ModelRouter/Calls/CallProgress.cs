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
/// How far one call has come: written by whoever moves it on, read at any time by whoever keeps its client informed. A call that nobody
/// moves is at work.
/// </summary>
internal sealed class CallProgress
{
    private volatile Standing _now = new(CallState.Working, null, null);
    private volatile string? _decision;
    private volatile int _found;

    public CallState State => _now.State;

    /// <summary>Calls that go before it, this one counted: 1 is the next.</summary>
    public int? Position => _now.Position;

    /// <summary>Until it is at work.</summary>
    public TimeSpan? Eta => _now.Eta;

    /// <summary>Why the call is where it is, for an operator to read.</summary>
    public string? Decision
    {
        get => _decision;
        set => _decision = value;
    }

    /// <summary>Where the answer was found, if it was after the call had begun.</summary>
    public CacheUse? Found => _found is 0 ? null : (CacheUse)_found;

    /// <summary>State, position and time as they belong together.</summary>
    public Standing Now => _now;

    public void FoundIn(CacheUse cache) => _found = (int)cache;

    public void Set(CallState state, int? position = null, TimeSpan? eta = null) => _now = new Standing(state, position, eta);

    public sealed record Standing(CallState State, int? Position, TimeSpan? Eta);
}
