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
    /// <summary>Memory of an entry without its value: its places in the list, the order and the table, with the room that they keep free.</summary>
    internal const long EntryBytes = 248;

    /// <summary>Calls for each answer kept after which a use counts half: more tell steady favourites better apart, fewer follow new ones sooner.</summary>
    private const double HalfLife = 6;

    /// <summary>The part of the memory in which uses are remembered is one of so many.</summary>
    private const int PartForUses = 64;

    private readonly long _maxBytes = options.Value.CacheBytes;
    private readonly TimeSpan _expiry = options.Value.CacheExpiry;
    private readonly Dictionary<AnswerKey, int> _numbers = new(Capacity(options.Value.CacheBytes));
    private readonly LeastFirst _order = new(Capacity(options.Value.CacheBytes));
    private readonly TextBlocks _texts = new();
    private readonly Stack<int> _free = [];
    private readonly RecentUses _uses = new(options.Value.CacheBytes / PartForUses);
    private readonly Lock _lock = new();

    // By number; values and not objects, so that there is nothing that the garbage collector would have to follow or to move.
    private Entry[] _entries = new Entry[Capacity(options.Value.CacheBytes)];
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
                return _numbers.Count;
            }
        }
    }

    /// <typeparam name="T">An array of bytes for a text: a copy of it.</typeparam>
    public Kept<T>? Find<T>(AnswerKey key)
        where T : class
    {
        lock (_lock)
        {
            Used(key);
            if (!_numbers.TryGetValue(key, out var number))
            {
                return null;
            }

            ref var entry = ref _entries[number];
            if (time.GetElapsedTime(entry.Since) >= _expiry)
            {
                Remove(number);
                return null;
            }

            _order.Change(number, RankOf(key, entry.Worth, entry.Bytes));
            return new Kept<T>((T)(entry.Value ?? _texts.Copy(entry.Text, entry.Length)), entry.Worth);
        }
    }

    /// <summary>Whether there is something with that key, which is no use of it.</summary>
    public bool Holds(AnswerKey key)
    {
        lock (_lock)
        {
            return _numbers.ContainsKey(key);
        }
    }

    /// <summary>Keeps a value if it is worth more than what would have to go for it.</summary>
    /// <param name="bytes">Memory of the value.</param>
    /// <param name="worth">The time that each use saves.</param>
    public void Keep(AnswerKey key, object value, long bytes, TimeSpan worth) =>
        Keep(new Entry { Key = key, Value = value, Bytes = bytes + EntryBytes, Worth = worth, Since = time.GetTimestamp() }, []);

    /// <summary>Keeps a text if it is worth more than what would have to go for it.</summary>
    /// <param name="worth">The time that each use saves.</param>
    /// <param name="age">For how long it has been kept elsewhere.</param>
    public void Keep(AnswerKey key, ReadOnlySpan<byte> text, TimeSpan worth, TimeSpan age = default) => Keep(
        new Entry
        {
            Key = key,
            Length = text.Length,
            Bytes = TextBlocks.Bytes(text.Length) + EntryBytes,
            Worth = worth,
            Since = time.GetTimestamp() - (long)(age.TotalSeconds * time.TimestampFrequency),
        },
        text);

    private void Keep(Entry entry, ReadOnlySpan<byte> text)
    {
        lock (_lock)
        {
            if (_numbers.TryGetValue(entry.Key, out var known))
            {
                Remove(known);
            }

            var rank = RankOf(entry.Key, entry.Worth, entry.Bytes);
            if (!MakeRoom(entry.Bytes, rank))
            {
                return;
            }

            var number = _free.TryPop(out var free) ? free : _numbers.Count;
            if (number == _entries.Length)
            {
                Array.Resize(ref _entries, _entries.Length + (_entries.Length / 2));
            }

            entry.Text = _texts.Add(text);
            _entries[number] = entry;
            _numbers.Add(entry.Key, number);
            _order.Add(number, rank);
            _bytes += entry.Bytes;
        }
    }

    private void Used(AnswerKey key)
    {
        _uses.Add(key);
        var before = Math.Floor(_age);
        _age += 1 / (HalfLife * Math.Max(1, _numbers.Count));
        if (Math.Floor(_age) > before)
        {
            _uses.Halve();
        }
    }

    /// <summary>Removes the least worthy, unless one of them is worth more than what would come for them.</summary>
    private bool MakeRoom(long bytes, Rank rank)
    {
        var room = _maxBytes - Bytes;
        if (bytes > room + _bytes)
        {
            return false;
        }

        List<(int Number, Rank Rank)>? more = null;
        while (room < bytes && _order.Least is var (number, least) && least.CompareTo(rank) < 0)
        {
            var freed = _entries[number].Bytes;
            if (room + freed >= bytes && more is null)
            {
                // Mostly one goes for one that comes.
                Remove(number);
                return true;
            }

            (more ??= []).Add((number, least));
            _order.Remove(number);
            room += freed;
        }

        // They were out of the order only to see who comes after them.
        more?.ForEach(m => _order.Add(m.Number, m.Rank));
        if (room >= bytes)
        {
            more?.ForEach(m => Remove(m.Number));
        }

        return room >= bytes;
    }

    private void Remove(int number)
    {
        ref var entry = ref _entries[number];
        _numbers.Remove(entry.Key);
        _order.Remove(number);
        _texts.Remove(entry.Text);
        _bytes -= entry.Bytes;
        entry = default;
        _free.Push(number);
    }

    // As many as small answers would be: memory that nobody has used yet costs nothing, and arrays that grow leave a heap of smaller ones behind.
    private static int Capacity(long maxBytes) => (int)Math.Clamp(maxBytes / 1024, 16, 1 << 22);

    // Instead of all others becoming less with time, who is ranked later is ranked higher, by one for each half-life: order is the same.
    private Rank RankOf(AnswerKey key, TimeSpan worth, long bytes) => new(_age + Math.Log2(Math.Max(1, _uses.Of(key)) * worth.TotalSeconds / bytes), ++_ranked);

    private struct Entry
    {
        public AnswerKey Key;

        /// <summary>Null for a text.</summary>
        public object? Value;

        /// <summary>The text's first block.</summary>
        public int Text;

        public int Length;

        public long Bytes;

        public TimeSpan Worth;

        public long Since;
    }
}

/// <param name="Worth">The time that it saves.</param>
internal readonly record struct Kept<T>(T Value, TimeSpan Worth)
    where T : class;
