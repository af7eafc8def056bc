using System.Collections.Concurrent;
using Sutazai.Agents.Documents.TextAnalysis.Words;

namespace Sutazai.Agents.Documents.TextAnalysis.Languages;

/// <summary>
/// The languages of one script as smoothed frequencies of character sequences (Cavnar and Trenkle 1994 took ranks; likelihoods, after
/// Dunning 1994, need less text) and of common words. Built on first use.
/// </summary>
internal sealed class ScriptModel
{
    private const int Longest = 4;

    private const double Smoothing = 0.3;

    private const double WordWeight = 1.5;

    private static readonly ConcurrentDictionary<Script, ScriptModel> s_models = new();

    private readonly Dictionary<ulong, float[]> _grams = [];
    private readonly Dictionary<string, float[]> _words = new(StringComparer.Ordinal);
    private readonly HashSet<ulong>[] _seen;

    private ScriptModel(IReadOnlyList<LanguageProfile> profiles)
    {
        Languages = [.. profiles.Select(p => p.Language)];
        _seen = [.. profiles.Select(_ => new HashSet<ulong>())];
        var counts = new Dictionary<ulong, float[]>();
        var words = new Dictionary<string, float[]>(StringComparer.Ordinal);
        for (var i = 0; i < profiles.Count; i++)
        {
            Count(profiles[i].Sample, 1, i, counts, words);
            Count(profiles[i].CommonWords, 2, i, counts, words);
        }

        Weigh(counts, g => (int)(g >> 60), 1);
        Weigh(words, _ => 0, WordWeight);
        _grams = counts;
        _words = words;
    }

    public IReadOnlyList<string> Languages { get; }

    /// <summary>The model of a script that several languages share.</summary>
    public static ScriptModel Of(Script script) => s_models.GetOrAdd(script, static script =>
        new([.. LanguageProfile.All.Where(p => Scripts.Of(p.CommonWords) == script)]));

    /// <summary>Adds the evidence of a word for each language.</summary>
    /// <param name="known">How many of its three-letter sequences each language's text has.</param>
    /// <returns>How many three-letter sequences it has.</returns>
    public int Score(ReadOnlySpan<char> word, Span<double> scores, Span<int> known)
    {
        Span<char> padded = stackalloc char[Tokenizer.LongestWord + 4];
        padded = Pad(word, padded);
        var trigrams = 0;
        for (var length = 1; length <= Longest; length++)
        {
            for (var at = 0; at + length <= padded.Length; at++)
            {
                var key = Key(padded.Slice(at, length));
                if (length == 3)
                {
                    trigrams++;
                    CountKnown(key, known);
                }

                if (_grams.TryGetValue(key, out var row))
                {
                    Add(row, scores);
                }
            }
        }

        if (_words.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(padded[1..^1], out var whole))
        {
            Add(whole, scores);
        }

        return trigrams;
    }

    private static void Add(float[] row, Span<double> scores)
    {
        for (var i = 0; i < row.Length; i++)
        {
            scores[i] += row[i];
        }
    }

    private void CountKnown(ulong key, Span<int> known)
    {
        for (var i = 0; i < _seen.Length; i++)
        {
            if (_seen[i].Contains(key))
            {
                known[i]++;
            }
        }
    }

    private void Count(string text, float weight, int language, Dictionary<ulong, float[]> grams, Dictionary<string, float[]> words)
    {
        Span<char> buffer = stackalloc char[Tokenizer.LongestWord + 4];
        foreach (var token in Tokenizer.Tokens(text, CancellationToken.None))
        {
            if (token.Kind is not TokenKind.Word)
            {
                continue;
            }

            var padded = Pad(token.Of(text), buffer);
            Row(words, padded[1..^1].ToString())[language] += weight;
            for (var length = 1; length <= Longest; length++)
            {
                for (var at = 0; at + length <= padded.Length; at++)
                {
                    var key = Key(padded.Slice(at, length));
                    Row(grams, key)[language] += weight;
                    if (length == 3)
                    {
                        _seen[language].Add(key);
                    }
                }
            }
        }

        float[] Row<TKey>(Dictionary<TKey, float[]> rows, TKey key)
            where TKey : notnull
        {
            if (!rows.TryGetValue(key, out var row))
            {
                rows[key] = row = new float[Languages.Count];
            }

            return row;
        }
    }

    /// <summary>Turns counts into log likelihoods relative to the mean language, so that what nobody has seen weighs nothing.</summary>
    private void Weigh<TKey>(Dictionary<TKey, float[]> rows, Func<TKey, int> order, double weight)
        where TKey : notnull
    {
        var totals = new double[16, Languages.Count];
        var kinds = new int[16];
        foreach (var (key, row) in rows)
        {
            kinds[order(key)]++;
            for (var i = 0; i < row.Length; i++)
            {
                totals[order(key), i] += row[i];
            }
        }

        foreach (var (key, row) in rows)
        {
            var kind = order(key);
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = (float)(weight * Math.Log((row[i] + Smoothing) / (totals[kind, i] + Smoothing * kinds[kind])));
            }

            var mean = row.Average();
            for (var i = 0; i < row.Length; i++)
            {
                row[i] -= mean;
            }
        }
    }

    private static Span<char> Pad(ReadOnlySpan<char> word, Span<char> buffer)
    {
        word = word[..Math.Min(word.Length, Tokenizer.LongestWord)];
        word.ToLowerInvariant(buffer[1..]);
        buffer = buffer[..(word.Length + 2)];
        buffer[0] = buffer[^1] = ' ';
        buffer.Replace('\u2019', '\'');
        return buffer;
    }

    // 15 bits a letter and 4 for the length: no two letters of one script differ only in the sixteenth.
    private static ulong Key(ReadOnlySpan<char> gram)
    {
        var key = 0ul;
        foreach (var c in gram)
        {
            key = (key << 15) | (c & 0x7FFFul);
        }

        return key | ((ulong)(uint)gram.Length << 60);
    }
}
