namespace Sutazai.Agents.Data.DataFiles.Tables;

/// <summary>
/// How often each value occurs: exact while there are few different ones, from then on an estimate of their number and the frequent ones.
/// Values are told apart by a 64-bit hash.
/// </summary>
internal sealed class ValueCounts(int exactLimit, int sketchSize)
{
    /// <summary>Bytes of a value that are kept to show it.</summary>
    public const int KeptBytes = 96;

    private Slot[] _slots = new Slot[16];
    private byte[] _kept = [];
    private int _keptBytes;
    private int _used;
    private FrequentValues? _frequent;
    private DistinctEstimate? _distinct;

    public bool IsEstimate => _distinct is not null;

    public long Distinct => _distinct?.Count() ?? _used;

    public void Add(ReadOnlySpan<byte> value)
    {
        var hash = ByteHash.Of(value);
        if (_distinct is not null)
        {
            _distinct.Add(hash);
            _frequent!.Add(hash, value);
            return;
        }

        ref var slot = ref Find(_slots, hash);
        if (slot.Count == 0)
        {
            AddNew(hash, value);
        }
        else
        {
            slot.Count++;
        }
    }

    /// <returns>The most frequent first, with the count they have at least; while counting is exact the two are equal.</returns>
    public IReadOnlyList<(long Count, long AtLeast, string Value)> Top(int number)
    {
        var entries = _frequent is null
            ? _slots.Where(s => s.Count > 0).Select(s => (s.Count, Error: 0L, Value: (ReadOnlyMemory<byte>)_kept.AsMemory(s.Offset, s.Length)))
            // An entry that owes half of its count to others says nothing about its value.
            : _frequent.Entries().Where(e => e.Error * 2 <= e.Count && e.Count - e.Error > 1);
        return
        [
            .. entries.Select(e => (e.Count, AtLeast: e.Count - e.Error, Value: CellText.Shown(e.Value.Span)))
                .OrderByDescending(e => e.Count).ThenBy(e => e.Value, StringComparer.Ordinal).Take(number)
        ];
    }

    private void AddNew(ulong hash, ReadOnlySpan<byte> value)
    {
        if (_used == exactLimit)
        {
            Estimate();
            _distinct!.Add(hash);
            _frequent!.Add(hash, value);
            return;
        }

        if (_used * 2 >= _slots.Length)
        {
            Grow();
        }

        var kept = value[..Math.Min(value.Length, KeptBytes)];
        if (_keptBytes + kept.Length > _kept.Length)
        {
            Array.Resize(ref _kept, Math.Max(_kept.Length * 2, _keptBytes + KeptBytes));
        }

        kept.CopyTo(_kept.AsSpan(_keptBytes));
        Find(_slots, hash) = new Slot(hash, 1, _keptBytes, kept.Length);
        _keptBytes += kept.Length;
        _used++;
    }

    private void Grow()
    {
        var grown = new Slot[_slots.Length * 2];
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Count > 0)
            {
                Find(grown, slot.Hash) = slot;
            }
        }

        _slots = grown;
    }

    private void Estimate()
    {
        (_distinct, _frequent) = (new DistinctEstimate(), new FrequentValues(sketchSize));
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Count > 0)
            {
                _distinct.Add(slot.Hash);
            }
        }

        // Ties keep the order of first appearance, which the offsets have.
        foreach (var slot in _slots.Where(s => s.Count > 0).OrderByDescending(s => s.Count).ThenBy(s => s.Offset).ThenBy(s => s.Hash).Take(_frequent.Capacity))
        {
            _frequent.Start(slot.Hash, slot.Count, _kept.AsSpan(slot.Offset, slot.Length));
        }

        (_slots, _kept) = ([], []);
    }

    private static ref Slot Find(Slot[] slots, ulong hash)
    {
        var mask = slots.Length - 1;
        for (var i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            ref var slot = ref slots[i];
            if (slot.Count == 0 || slot.Hash == hash)
            {
                return ref slot;
            }
        }
    }

    private record struct Slot(ulong Hash, long Count, int Offset, int Length);
}
