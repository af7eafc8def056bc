using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Caching;

/// <summary>
/// Keeps whole answers, piece by piece as they came, within a bound of memory that is never passed. The first to go is the one that saves the
/// least time for its bytes, counted with its uses and aged by what went before it: GreedyDual-Size-Frequency (Cherkasova 1998).
/// </summary>
internal sealed class AnswerCache(IOptions<ModelRouterOptions> options, TimeProvider time)
{
    /// <summary>Memory of an entry without its pieces: the entry, its node in the order, its row in the table with the room that a table keeps free, and the list.</summary>
    internal const long EntryBytes = 320;

    private static readonly Comparer<Entry> s_leastFirst = Comparer<Entry>.Create(
        (a, b) => a.Priority.CompareTo(b.Priority) is not 0 and var byPriority ? byPriority : a.Used.CompareTo(b.Used));

    private readonly long _maxBytes = options.Value.CacheBytes;
    private readonly TimeSpan _expiry = options.Value.CacheExpiry;
    private readonly Dictionary<AnswerKey, Entry> _entries = [];
    private readonly SortedSet<Entry> _order = new(s_leastFirst);
    private readonly Lock _lock = new();
    private long _bytes;
    private long _uses;
    private double _age;

    public bool IsOn => _maxBytes > 0;

    /// <summary>Memory of all that is kept.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    public KeptAnswer<T>? Find<T>(AnswerKey key)
        where T : class
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                return null;
            }

            if (time.GetElapsedTime(entry.Since) >= _expiry)
            {
                Remove(entry);
                return null;
            }

            _order.Remove(entry);
            entry.Uses++;
            Rank(entry);
            _order.Add(entry);
            return new KeptAnswer<T>((IReadOnlyList<T>)entry.Pieces, entry.Worth);
        }
    }

    /// <summary>Whether there is something with that key, which is no use of it.</summary>
    public bool Holds(AnswerKey key)
    {
        lock (_lock)
        {
            return _entries.ContainsKey(key);
        }
    }

    /// <summary>Keeps an answer if it is worth more than what would have to go for it.</summary>
    /// <param name="bytes">Memory of the pieces.</param>
    /// <param name="worth">The time that each use saves.</param>
    /// <param name="age">For how long it has been kept elsewhere.</param>
    public void Keep<T>(AnswerKey key, IReadOnlyList<T> pieces, long bytes, TimeSpan worth, TimeSpan age = default)
        where T : class
    {
        var entry = new Entry(key, pieces, bytes + EntryBytes, worth, time.GetTimestamp() - (long)(age.TotalSeconds * time.TimestampFrequency));
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var known))
            {
                Remove(known);
            }

            if (entry.Bytes > _maxBytes)
            {
                return;
            }

            Rank(entry);
            while (_bytes + entry.Bytes > _maxBytes)
            {
                var least = s_leastFirst.Compare(_order.Min, entry) < 0 ? _order.Min! : entry;
                _age = least.Priority;
                if (least == entry)
                {
                    return;
                }

                Remove(least);
            }

            _entries.Add(key, entry);
            _order.Add(entry);
            _bytes += entry.Bytes;
        }
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Key);
        _order.Remove(entry);
        _bytes -= entry.Bytes;
    }

    private void Rank(Entry entry)
    {
        entry.Used = ++_uses;
        entry.Priority = _age + (entry.Uses * entry.Worth.TotalSeconds / entry.Bytes);
    }

    private sealed class Entry(AnswerKey key, object pieces, long bytes, TimeSpan worth, long since)
    {
        public AnswerKey Key => key;

        public object Pieces => pieces;

        public long Bytes => bytes;

        public TimeSpan Worth => worth;

        public long Since => since;

        public long Uses { get; set; } = 1;

        /// <summary>When it was used last, in uses of the cache; no two entries have the same.</summary>
        public long Used { get; set; }

        public double Priority { get; set; }
    }
}

/// <param name="Worth">The time that it saves.</param>
internal sealed record KeptAnswer<T>(IReadOnlyList<T> Pieces, TimeSpan Worth)
    where T : class;
