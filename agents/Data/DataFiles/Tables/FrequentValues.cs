namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>
/// The most frequent values of a stream in constant memory: Space-Saving (A. Metwally, D. Agrawal, A. El Abbadi, "Efficient computation
/// of frequent and top-k elements in data streams", 2005). A count is too high by at most its error.
/// </summary>
internal sealed class FrequentValues
{
    private readonly ulong[] _hashes;
    private readonly long[] _counts;
    private readonly long[] _errors;
    private readonly int[] _lengths;
    private readonly byte[] _values;
    private readonly int[] _heads;
    private readonly int[] _following;
    private int _used;
    private long _least;
    private int _cursor;

    /// <param name="capacity">A power of two.</param>
    public FrequentValues(int capacity)
    {
        (_hashes, _counts, _errors, _lengths) = (new ulong[capacity], new long[capacity], new long[capacity], new int[capacity]);
        _values = new byte[capacity * ValueCounts.KeptBytes];
        _following = new int[capacity];
        _heads = new int[capacity * 2];
        _heads.AsSpan().Fill(-1);
    }

    public int Capacity => _counts.Length;

    public void Start(ulong hash, long count, ReadOnlySpan<byte> value)
    {
        _counts[_used] = count;
        Put(_used, hash, value);
        _least = _used++ == 0 ? count : Math.Min(_least, count);
    }

    public void Add(ulong hash, ReadOnlySpan<byte> value)
    {
        for (var entry = _heads[Bucket(hash)]; entry >= 0; entry = _following[entry])
        {
            if (_hashes[entry] == hash)
            {
                _counts[entry]++;
                return;
            }
        }

        var victim = NextLeast();
        Unlink(victim);
        _errors[victim] = _counts[victim]++;
        Put(victim, hash, value);
    }

    public IEnumerable<(long Count, long Error, ReadOnlyMemory<byte> Value)> Entries() =>
        Enumerable.Range(0, _used).Select(i => (_counts[i], _errors[i], (ReadOnlyMemory<byte>)_values.AsMemory(i * ValueCounts.KeptBytes, _lengths[i])));

    private int Bucket(ulong hash) => (int)(hash & (ulong)(_heads.Length - 1));

    /// <summary>Counts only grow, so the entries at the least count are found by one sweep a level.</summary>
    private int NextLeast()
    {
        while (true)
        {
            var found = _counts.AsSpan(_cursor, _used - _cursor).IndexOf(_least);
            if (found >= 0)
            {
                _cursor += found;
                return _cursor;
            }

            var first = _counts.AsSpan(0, _cursor).IndexOf(_least);
            if (first >= 0)
            {
                return _cursor = first;
            }

            _cursor = 0;
            _least = long.MaxValue;
            foreach (var count in _counts.AsSpan(0, _used))
            {
                _least = Math.Min(_least, count);
            }
        }
    }

    private void Put(int entry, ulong hash, ReadOnlySpan<byte> value)
    {
        var kept = value[..Math.Min(value.Length, ValueCounts.KeptBytes)];
        kept.CopyTo(_values.AsSpan(entry * ValueCounts.KeptBytes));
        _lengths[entry] = kept.Length;
        _hashes[entry] = hash;
        ref var head = ref _heads[Bucket(hash)];
        _following[entry] = head;
        head = entry;
    }

    private void Unlink(int entry)
    {
        ref var link = ref _heads[Bucket(_hashes[entry])];
        while (link != entry)
        {
            link = ref _following[link];
        }

        link = _following[entry];
    }
}
