using System.Numerics;
using Sutazai.ModelRouter.Sharing;

namespace Sutazai.ModelRouter.Caching;

/// <summary>
/// About how often each key was asked for of late, in a fixed memory however many keys there are: a count-min sketch of counters of four bits,
/// which all are halved from time to time, as TinyLFU has it (https://arxiv.org/abs/1512.00727). Up to the most that it counts it never says too little.
/// </summary>
internal sealed class RecentUses
{
    private const int Most = 15;
    private const int Rows = 4;
    private const int CountersAWord = 16;
    private const ulong WithoutCarries = 0x7777_7777_7777_7777;

    private readonly ulong[] _words;
    private readonly uint _last;

    /// <param name="mostBytes">Memory that it may take; it takes a power of two.</param>
    public RecentUses(long mostBytes)
    {
        _words = new ulong[1 << BitOperations.Log2((uint)Math.Clamp(mostBytes / sizeof(ulong), 1, 1 << 24))];
        _last = ((uint)_words.Length * CountersAWord) - 1;
    }

    public long Bytes => (long)_words.Length * sizeof(ulong);

    public int Of(AnswerKey key)
    {
        var least = Most;
        for (var row = 0; row < Rows; row++)
        {
            least = Math.Min(least, Counter(Place(key, row)));
        }

        return least;
    }

    public void Add(AnswerKey key)
    {
        var least = Of(key);
        for (var row = 0; row < Rows && least < Most; row++)
        {
            // Those that are higher already count for other keys.
            var place = Place(key, row);
            if (Counter(place) == least)
            {
                _words[place / CountersAWord] += 1UL << Shift(place);
            }
        }
    }

    public void Halve()
    {
        for (var at = 0; at < _words.Length; at++)
        {
            _words[at] = (_words[at] >> 1) & WithoutCarries;
        }
    }

    private int Counter(uint place) => (int)(_words[place / CountersAWord] >> Shift(place)) & Most;

    // A key is a hash already: four parts of it are four hashes.
    private uint Place(AnswerKey key, int row) => (uint)(key.High >> (32 * row)) & _last;

    private static int Shift(uint place) => (int)(place % CountersAWord) * 4;
}
