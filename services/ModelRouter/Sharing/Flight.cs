using System.Threading.Channels;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Sharing;

/// <summary>An answer under way. It belongs under the lock of <see cref="Flights{T}"/>.</summary>
/// <param name="key">Null where nobody may join it.</param>
internal sealed class Flight<T>(AnswerKey? key, CancellationTokenSource stop)
    where T : class
{
    public AnswerKey? Key => key;

    public CallProgress Progress { get; } = new();

    /// <summary>Cancelled when nobody reads any more.</summary>
    public CancellationToken Token { get; } = stop.Token;

    /// <summary>What whoever comes later begins with; null when others may not join, or no longer.</summary>
    public List<Piece<T>>? SoFar { get; set; } = key is null ? null : [];

    /// <summary>Memory of all pieces so far.</summary>
    public long Bytes { get; set; }

    public List<FlightReader<T>> Readers { get; } = [];

    /// <summary>It is complete, failed or stopped.</summary>
    public bool Over { get; set; }

    public void Stop()
    {
        stop.Cancel();
        stop.Dispose();
    }
}

/// <summary>One of an answer's readers, with the pieces that it has not read yet.</summary>
internal sealed class FlightReader<T>
    where T : class
{
    // Whoever brings a piece goes on with it to the client: a thread's wake takes longer than all that is done with a piece.
    // Without a bound that is ever met; one that calls itself unbounded takes a kilobyte and a half before there is anything in it.
    private readonly Channel<Piece<T>> _unread = Channel.CreateBounded<Piece<T>>(new BoundedChannelOptions(int.MaxValue) { SingleReader = true, AllowSynchronousContinuations = true });

    private long _bytes;

    public ChannelReader<Piece<T>> Unread => _unread.Reader;

    /// <summary>Memory of the pieces that it has read; written by the reader alone.</summary>
    public long Bytes
    {
        get => Volatile.Read(ref _bytes);
        set => Volatile.Write(ref _bytes, value);
    }

    public void Give(Piece<T> piece) => _unread.Writer.TryWrite(piece);

    /// <summary>Nothing follows what it was given.</summary>
    /// <param name="failure">Why, unless the answer is complete.</param>
    public void End(Exception? failure = null) => _unread.Writer.TryComplete(failure);
}

internal readonly record struct Piece<T>(T Value, long Bytes)
    where T : class;
