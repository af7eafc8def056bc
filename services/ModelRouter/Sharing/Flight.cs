using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Sharing;

/// <summary>
/// An answer under way. Its pieces are a chain of which each reader holds the place that it has come to, so that whatever all of them have read
/// is garbage as soon as nobody may join any more. All but the chain belongs under the lock of <see cref="Flights{T}"/>.
/// </summary>
internal sealed class Flight<T>(AnswerKey key, CancellationTokenSource stop)
    where T : class
{
    public AnswerKey Key => key;

    public CallProgress Progress { get; } = new();

    /// <summary>Cancelled when nobody reads any more.</summary>
    public CancellationToken Token { get; } = stop.Token;

    /// <summary>Where a reader begins; null when others may no longer join.</summary>
    public Piece<T>? Start { get; set; } = new();

    /// <summary>Memory of all pieces so far.</summary>
    public long Bytes { get; set; }

    public List<FlightReader<T>> Readers { get; } = [];

    /// <summary>Set while the answer waits for its slowest reader.</summary>
    public TaskCompletionSource? Held { get; set; }

    /// <summary>It is complete, failed or stopped.</summary>
    public bool Over { get; set; }

    public void Stop()
    {
        stop.Cancel();
        stop.Dispose();
    }
}

/// <summary>How far one of an answer's readers has come.</summary>
internal sealed class FlightReader<T>(Piece<T> at)
    where T : class
{
    public Piece<T> At { get; set; } = at;

    /// <summary>Memory of the pieces behind it.</summary>
    public long Bytes { get; set; }
}

/// <summary>A place in an answer, with the piece before it.</summary>
internal sealed class Piece<T>
    where T : class
{
    private readonly TaskCompletionSource<Piece<T>?> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null at the answer's beginning, and where it failed.</summary>
    public T? Value { get; init; }

    public long Bytes { get; init; }

    public Exception? Failure { get; init; }

    /// <summary>The next place, as soon as there is one; null at the answer's end.</summary>
    public Task<Piece<T>?> Next => _next.Task;

    public void Follow(Piece<T>? next) => _next.SetResult(next);
}
