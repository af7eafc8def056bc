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
    private readonly Lock _lock = new();
    private volatile Func<Standing>? _standing;
    private Action<Urgency>? _urge;
    private Urgency? _joined;
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

    /// <summary>The call waits in a queue.</summary>
    /// <param name="standing">Asked whenever somebody wants to know.</param>
    /// <param name="urge">Told what those want who wait for the call besides the one that made it; at once, if there are any.</param>
    public void Follow(Func<Standing> standing, Action<Urgency> urge)
    {
        Urgency? joined;
        lock (_lock)
        {
            (_standing, _urge, joined) = (standing, urge, _joined);
        }

        if (joined is { } urgency)
        {
            urge(urgency);
        }
    }

    public void Begin(string decision)
    {
        lock (_lock)
        {
            (_decision, _standing, _urge) = (decision, null, null);
        }
    }

    /// <summary>Somebody else waits for the call too: it is as urgent as the most urgent of them, and of use to the last.</summary>
    public void Join(Urgency urgency)
    {
        Action<Urgency>? urge;
        lock (_lock)
        {
            _joined = urgency = _joined is { } others ? others.And(urgency) : urgency;
            urge = _urge;
        }

        urge?.Invoke(urgency);
    }

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

/// <summary>How urgent a call is for those who wait for it.</summary>
/// <param name="Interactive">Somebody sits before a screen.</param>
/// <param name="Deadline">When the answer is of no more use to the last of them; null for never.</param>
internal readonly record struct Urgency(bool Interactive, DateTimeOffset? Deadline)
{
    public Urgency And(Urgency other) =>
        new(Interactive || other.Interactive, Deadline is { } one && other.Deadline is { } two ? (one > two ? one : two) : null);
}
