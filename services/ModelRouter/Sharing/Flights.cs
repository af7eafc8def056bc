using System.Runtime.CompilerServices;
using Sutazai.ModelRouter.Caching;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Sharing;

/// <summary>
/// Lets identical calls read one answer. Whoever comes later begins with its first piece and then follows it live; it is made as long as one of
/// them reads, and no longer. It waits for nobody, since the model that makes it has others to serve: a reader that falls too far behind is let
/// go. An answer that is complete is kept in the cache, where it may be.
/// </summary>
/// <param name="maxBytes">Memory of an answer beyond which nobody may join it any more, and by which a reader may be behind it.</param>
/// <param name="size">Memory of a piece.</param>
/// <param name="ends">Whether a piece is the last one.</param>
internal sealed class Flights<T>(long maxBytes, Func<T, long> size, Func<T, bool> ends, AnswerCache cache, TimeProvider time)
    where T : class
{
    /// <summary>Memory of a piece's places: among those so far, and among those that a reader has not read.</summary>
    private const long PlaceBytes = 48;

    /// <summary>Timers reach 49 days.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(40);

    private readonly Dictionary<AnswerKey, Flight<T>> _flights = [];
    private readonly Lock _lock = new();

    /// <summary>Joins the answer with this key, takes it from the cache, or has it made.</summary>
    /// <param name="ask">Makes the answer until its token is cancelled.</param>
    /// <param name="worth">What a complete answer is worth keeping for; null where none may be kept.</param>
    /// <param name="deadline">This reader's own.</param>
    public Entered<T> Enter(
        AnswerKey key,
        Func<CallProgress, CancellationToken, IAsyncEnumerable<T>> ask,
        Func<IReadOnlyList<T>, Keeping?>? worth,
        DateTimeOffset? deadline,
        CancellationToken cancellationToken)
    {
        worth = cache.IsOn ? worth : null;
        Flight<T>? flight;
        FlightReader<T>? reader = null;
        Kept<byte[]>? kept = null;
        bool joined;
        lock (_lock)
        {
            joined = _flights.TryGetValue(key, out flight);

            // Asked under the lock: an answer is kept before it stops being under way, so that it is always to be found as one or the other.
            kept = joined || worth is null ? null : cache.Find<byte[]>(key);
            if (kept is null)
            {
                _flights[key] = flight ??= new Flight<T>(key, new CancellationTokenSource());
                reader = Board(flight);
            }
        }

        if (flight is null || reader is null)
        {
            var pieces = AnswerJson.Read<T>(kept!.Value.Value);
            return new Entered<T>(new AnswerSource(CacheUse.Hit, ShareUse.Off), kept.Value.Worth, new CallProgress().Repeat(pieces[^1]), pieces.ToAsyncEnumerable());
        }

        if (!joined)
        {
            _ = FlyAsync(flight, ask(flight.Progress, flight.Token), worth);
        }

        var source = new AnswerSource(worth is null ? CacheUse.Off : CacheUse.Miss, joined ? ShareUse.Joined : ShareUse.Leader);
        return new Entered<T>(source, TimeSpan.Zero, flight.Progress, ReadAsync(flight, reader, deadline, cancellationToken));
    }

    /// <summary>Has an answer made that nobody else may read.</summary>
    /// <param name="ask">Makes the answer until its token is cancelled.</param>
    public Entered<T> Alone(Func<CallProgress, CancellationToken, IAsyncEnumerable<T>> ask, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        var flight = new Flight<T>(key: null, new CancellationTokenSource());
        var reader = Board(flight);
        _ = FlyAsync(flight, ask(flight.Progress, flight.Token), worth: null);
        return new Entered<T>(default, TimeSpan.Zero, flight.Progress, ReadAsync(flight, reader, deadline, cancellationToken));
    }

    private static FlightReader<T> Board(Flight<T> flight)
    {
        var reader = new FlightReader<T>();
        flight.SoFar?.ForEach(reader.Give);
        flight.Readers.Add(reader);
        return reader;
    }

    private async Task FlyAsync(Flight<T> flight, IAsyncEnumerable<T> pieces, Func<IReadOnlyList<T>, Keeping?>? worth)
    {
        Exception? failure = null;
        Piece<T>? last = null;
        try
        {
            List<T>? all = worth is null ? null : [];
            var bytes = 0L;
            await foreach (var value in pieces)
            {
                var own = size(value);
                var piece = new Piece<T>(value, own + PlaceBytes);
                bytes += own;
                all = bytes <= maxBytes ? all : null;
                all?.Add(value);
                if (ends(value))
                {
                    // Before anybody sees it: who has the whole answer and asks again finds it kept.
                    if (all is not null && worth!(all) is { } saves && AnswerJson.Write<T>(all) is { } written)
                    {
                        cache.Keep(flight.Key!.Value, written, saves.Worth, saves.Age);
                    }

                    last = piece;
                    break;
                }

                Give(flight, piece);
                flight.Token.ThrowIfCancellationRequested();
            }
        }
#pragma warning disable CA1031 // Nothing is swallowed: all who read get it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        // Now that its source has been let go: readers may go on from here with whatever they do next.
        foreach (var reader in Over(flight))
        {
            if (last is { } piece)
            {
                reader.Give(piece);
            }

            reader.End(failure);
        }
    }

    private async IAsyncEnumerable<T> ReadAsync(
        Flight<T> flight, FlightReader<T> reader, DateTimeOffset? deadline, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            using var late = deadline is { } at ? time.CreateTimer(_ => reader.End(ModelException.DeadlinePassed()), null, Until(at), Timeout.InfiniteTimeSpan) : null;
            await using var leaving = cancellationToken.UnsafeRegister((_, token) => reader.End(new OperationCanceledException(token)), null);
            while (await reader.Unread.WaitToReadAsync(CancellationToken.None))
            {
                while (reader.Unread.TryRead(out var piece))
                {
                    reader.Bytes += piece.Bytes;
                    yield return piece.Value;
                }
            }
        }
        finally
        {
            Leave(flight, reader);
        }
    }

    private TimeSpan Until(DateTimeOffset at)
    {
        var left = at - time.GetUtcNow();
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < s_longest ? left : s_longest;
    }

    /// <summary>Gives a piece to all readers.</summary>
    private void Give(Flight<T> flight, Piece<T> piece)
    {
        FlightReader<T>[] readers;
        List<FlightReader<T>>? slow = null;
        lock (_lock)
        {
            flight.SoFar?.Add(piece);
            flight.Bytes += piece.Bytes;
            if (flight.Bytes > maxBytes)
            {
                Close(flight);
                slow = flight.Readers.FindAll(r => flight.Bytes - r.Bytes > maxBytes);
            }

            readers = [.. flight.Readers];
        }

        // Not under the lock: a reader may go on from here.
        foreach (var reader in readers)
        {
            reader.Give(piece);
        }

        foreach (var reader in slow ?? [])
        {
            reader.End(ModelException.ReadTooSlowly());
            Leave(flight, reader);
        }
    }

    private void Leave(Flight<T> flight, FlightReader<T> reader)
    {
        lock (_lock)
        {
            if (!flight.Readers.Remove(reader) || flight.Over || flight.Readers.Count > 0)
            {
                return;
            }

            flight.Over = true;
            Close(flight);
        }

        flight.Stop();
    }

    /// <returns>Those who still read.</returns>
    private FlightReader<T>[] Over(Flight<T> flight)
    {
        lock (_lock)
        {
            flight.Over = true;
            Close(flight);
            return [.. flight.Readers];
        }
    }

    private void Close(Flight<T> flight)
    {
        if (flight.SoFar is not null)
        {
            flight.SoFar = null;
            _flights.Remove(flight.Key!.Value);
        }
    }
}

/// <param name="Saved">The model's time that a hit saves.</param>
/// <param name="Pieces">To be read once, and at once: an answer under way counts its readers from the start.</param>
internal sealed record Entered<T>(AnswerSource Source, TimeSpan Saved, CallProgress Progress, IAsyncEnumerable<T> Pieces)
    where T : class;

/// <param name="Worth">The time that each use of the answer saves.</param>
/// <param name="Age">For how long it has been kept elsewhere.</param>
internal readonly record struct Keeping(TimeSpan Worth, TimeSpan Age);
