using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Sutazai.ModelRouter.Caching;
using Sutazai.ModelRouter.Calls;

namespace Sutazai.ModelRouter.Sharing;

/// <summary>
/// Lets identical calls read one answer. Whoever comes later begins with its first piece and then follows it live; it is made as long as one of
/// them reads, and no longer. An answer that is complete is kept in the cache, where it may be.
/// </summary>
/// <param name="maxBytes">Memory of an answer beyond which nobody may join it any more, and by which it may run ahead of its slowest reader.</param>
/// <param name="size">Memory of a piece.</param>
/// <param name="ends">Whether a piece is the last one.</param>
internal sealed class Flights<T>(long maxBytes, Func<T, long> size, Func<T, bool> ends, AnswerCache cache, TimeProvider time)
    where T : class
{
    /// <summary>Memory of a place in an answer.</summary>
    private const long PlaceBytes = 144;

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
        FlightReader<T> reader;
        bool joined;
        lock (_lock)
        {
            joined = _flights.TryGetValue(key, out flight);
            if (flight is null)
            {
                // Asked under the lock: an answer is kept before it stops being under way, so that it is always to be found as one or the other.
                if (worth is not null && cache.Find<T>(key) is { } kept)
                {
                    return new Entered<T>(new AnswerSource(CacheUse.Hit, ShareUse.Off), kept.Worth, new CallProgress(), kept.Pieces.ToAsyncEnumerable());
                }

                _flights[key] = flight = new Flight<T>(key, new CancellationTokenSource());
            }

            reader = new FlightReader<T>(flight.Start!);
            flight.Readers.Add(reader);
        }

        if (!joined)
        {
            _ = FlyAsync(flight, ask(flight.Progress, flight.Token), worth, reader.At);
        }

        var source = new AnswerSource(worth is null ? CacheUse.Off : CacheUse.Miss, joined ? ShareUse.Joined : ShareUse.Leader);
        return new Entered<T>(source, TimeSpan.Zero, flight.Progress, ReadAsync(flight, reader, deadline, cancellationToken));
    }

    private async Task FlyAsync(Flight<T> flight, IAsyncEnumerable<T> pieces, Func<IReadOnlyList<T>, Keeping?>? worth, Piece<T> last)
    {
        try
        {
            List<T>? all = worth is null ? null : [];
            var bytes = 0L;
            await foreach (var value in pieces)
            {
                bytes += size(value);
                all = bytes <= maxBytes ? all : null;
                all?.Add(value);
                var piece = new Piece<T> { Value = value, Bytes = size(value) + PlaceBytes };
                if (ends(value))
                {
                    // Before anybody sees it: who has the whole answer and asks again finds it kept.
                    if (all is not null && worth!(all) is { } saves)
                    {
                        cache.Keep<T>(flight.Key, all.ToArray(), bytes, saves.Worth, saves.Age);
                    }

                    Over(flight);
                    last.Follow(piece);
                    last = piece;
                    break;
                }

                var held = Grow(flight, piece.Bytes);
                last.Follow(piece);
                last = piece;
                await held.WaitAsync(flight.Token);
            }

            Over(flight);
            last.Follow(null);
        }
        catch (Exception failure) when (Over(flight))
        {
            last.Follow(new Piece<T> { Failure = failure });
        }
    }

    private async IAsyncEnumerable<T> ReadAsync(
        Flight<T> flight, FlightReader<T> reader, DateTimeOffset? deadline, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            using var limit = deadline is { } at ? new CancellationTokenSource(Until(at), time) : null;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit?.Token ?? CancellationToken.None);
            while (await NextAsync(reader, limit, either.Token) is { } next)
            {
                if (next.Failure is { } failure)
                {
                    ExceptionDispatchInfo.Throw(failure);
                }

                Advance(flight, reader, next);
                yield return next.Value!;
            }
        }
        finally
        {
            Leave(flight, reader);
        }
    }

    private static async Task<Piece<T>?> NextAsync(FlightReader<T> reader, CancellationTokenSource? limit, CancellationToken either)
    {
        try
        {
            return await reader.At.Next.WaitAsync(either);
        }
        catch (OperationCanceledException) when (limit?.IsCancellationRequested == true)
        {
            throw ModelException.DeadlinePassed();
        }
    }

    private TimeSpan Until(DateTimeOffset at)
    {
        var left = at - time.GetUtcNow();
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < s_longest ? left : s_longest;
    }

    /// <returns>Completed when the slowest reader has come near enough.</returns>
    private Task Grow(Flight<T> flight, long bytes)
    {
        lock (_lock)
        {
            flight.Bytes += bytes;
            if (flight.Bytes > maxBytes)
            {
                Close(flight);
                if (IsAhead(flight))
                {
                    flight.Held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    return flight.Held.Task;
                }
            }

            return Task.CompletedTask;
        }
    }

    private void Advance(Flight<T> flight, FlightReader<T> reader, Piece<T> to)
    {
        reader.At = to;
        lock (_lock)
        {
            reader.Bytes += to.Bytes;
            Release(flight);
        }
    }

    private void Leave(Flight<T> flight, FlightReader<T> reader)
    {
        lock (_lock)
        {
            flight.Readers.Remove(reader);
            Release(flight);
            if (flight.Over || flight.Readers.Count > 0)
            {
                return;
            }

            flight.Over = true;
            Close(flight);
        }

        flight.Stop();
    }

    /// <returns>True, so that it can be the filter of the exception that an answer ends with.</returns>
    private bool Over(Flight<T> flight)
    {
        lock (_lock)
        {
            flight.Over = true;
            Close(flight);
        }

        return true;
    }

    private void Close(Flight<T> flight)
    {
        if (flight.Start is not null)
        {
            flight.Start = null;
            _flights.Remove(flight.Key);
        }
    }

    private void Release(Flight<T> flight)
    {
        if (flight.Held is { } held && !IsAhead(flight))
        {
            flight.Held = null;
            held.SetResult();
        }
    }

    private bool IsAhead(Flight<T> flight) => flight.Readers.Count > 0 && flight.Bytes - flight.Readers.Min(r => r.Bytes) > maxBytes;
}

/// <param name="Saved">The model's time that a hit saves.</param>
/// <param name="Pieces">To be read once, and at once: an answer under way counts its readers from the start.</param>
internal sealed record Entered<T>(AnswerSource Source, TimeSpan Saved, CallProgress Progress, IAsyncEnumerable<T> Pieces)
    where T : class;

/// <param name="Worth">The time that each use of the answer saves.</param>
/// <param name="Age">For how long it has been kept elsewhere.</param>
internal readonly record struct Keeping(TimeSpan Worth, TimeSpan Age);
