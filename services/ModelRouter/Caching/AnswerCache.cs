using Microsoft.Extensions.Options;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Caching;

/// <summary>
/// Keeps answers, or what is known of some, within a bound of memory that is never passed. The first to go is the one that saves the
/// least time for its bytes, as often as it was asked for of late. That is remembered of answers that are not kept as well, so that one that
/// went too early comes back with its claim; and it fades, so that what nobody asks for any more goes in the end.
/// </summary>
internal sealed class AnswerCache(IOptions<ModelRouterOptions> options, TimeProvider time)
{
    /// <summary>Memory of an entry without its value: the entry, its node in the order, and its row in the table with the room that a table keeps free.</summary>
    internal const long EntryBytes = 248;

    /// <summary>Calls for each answer kept after which a use counts half: more tell steady favourites better apart, fewer follow new ones sooner.</summary>
    private const double HalfLife = 6;

    /// <summary>The part of the memory in which uses are remembered is one of so many.</summary>
    private const int PartForUses = 64;

    private static readonly Comparer<Entry> s_leastFirst = Comparer<Entry>.Create(
        (a, b) => a.Priority.CompareTo(b.Priority) is not 0 and var byPriority ? byPriority : a.Ranked.CompareTo(b.Ranked));

    private readonly long _maxBytes = options.Value.CacheBytes;
    private readonly TimeSpan _expiry = options.Value.CacheExpiry;
    private readonly Dictionary<AnswerKey, Entry> _entries = [];
    private readonly SortedSet<Entry> _order = new(s_leastFirst);
    private readonly RecentUses _uses = new(options.Value.CacheBytes / PartForUses);
    private readonly Lock _lock = new();
    private long _bytes;
    private long _ranked;

    // In half-lives.
    private double _age;

    public bool IsOn => _maxBytes > 0;

    /// <summary>Memory of all that is kept and of what is remembered of uses.</summary>
    public long Bytes => Volatile.Read(ref _bytes) + _uses.Bytes;

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

    public Kept<T>? Find<T>(AnswerKey key)
        where T : class
    {
        lock (_lock)
        {
            Used(key);
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
            Rank(entry);
            _order.Add(entry);
            return new Kept<T>((T)entry.Value, entry.Worth);
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

    /// <summary>Keeps a value if it is worth more than what would have to go for it.</summary>
    /// <param name="bytes">Memory of the value.</param>
    /// <param name="worth">The time that each use saves.</param>
    /// <param name="age">For how long it has been kept elsewhere.</param>
    public void Keep(AnswerKey key, object value, long bytes, TimeSpan worth, TimeSpan age = default)
    {
        var entry = new Entry(key, value, bytes + EntryBytes, worth, time.GetTimestamp() - (long)(age.TotalSeconds * time.TimestampFrequency));
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var known))
            {
                Remove(known);
            }

            Rank(entry);
            if (!MakeRoom(entry))
            {
                return;
            }

            _entries.Add(key, entry);
            _order.Add(entry);
            _bytes += entry.Bytes;
        }
    }

    private void Used(AnswerKey key)
    {
        _uses.Add(key);
        var before = Math.Floor(_age);
        _age += 1 / (HalfLife * Math.Max(1, _entries.Count));
        if (Math.Floor(_age) > before)
        {
            _uses.Halve();
        }
    }

    /// <summary>Removes the least worthy, unless one of them is worth more than what would come for them.</summary>
    private bool MakeRoom(Entry entry)
    {
        var room = _maxBytes - Bytes;
        if (room >= entry.Bytes)
        {
            return true;
        }

        // Mostly one goes for one that comes, and to walk through the order costs more than to look at its end.
        if (_order.Min is { } first && room + first.Bytes >= entry.Bytes)
        {
            var goes = s_leastFirst.Compare(first, entry) <= 0;
            if (goes)
            {
                Remove(first);
            }

            return goes;
        }

        List<Entry> least = [];
        foreach (var next in _order)
        {
            if (room >= entry.Bytes || s_leastFirst.Compare(next, entry) > 0)
            {
                break;
            }

            least.Add(next);
            room += next.Bytes;
        }

        if (room < entry.Bytes)
        {
            return false;
        }

        least.ForEach(Remove);
        return true;
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Key);
        _order.Remove(entry);
        _bytes -= entry.Bytes;
    }

    // Instead of all others becoming less with time, who is ranked later is ranked higher, by one for each half-life: order is the same.
    private void Rank(Entry entry)
    {
        entry.Ranked = ++_ranked;
        entry.Priority = _age + Math.Log2(Math.Max(1, _uses.Of(entry.Key)) * entry.Worth.TotalSeconds / entry.Bytes);
    }

    private sealed class Entry(AnswerKey key, object value, long bytes, TimeSpan worth, long since)
    {
        public AnswerKey Key => key;

        public object Value => value;

        public long Bytes => bytes;

        public TimeSpan Worth => worth;

        public long Since => since;

        /// <summary>Its place among all that were ranked; no two entries have the same.</summary>
        public long Ranked { get; set; }

        public double Priority { get; set; }
    }
}

/// <param name="Worth">The time that it saves.</param>
internal readonly record struct Kept<T>(T Value, TimeSpan Worth)
    where T : class;
